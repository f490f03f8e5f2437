"""What the report of a published version tells beside its files, kept in the lake.

The page of a date is written anew when it is gone, or when a file comes late; exports
and dbt's results are by then those of other builds, or nobody's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from ingestion.canonical_json import (
    Json,
    canonical_line,
    canonical_text,
)
from ingestion.lake import Lake
from ingestion.planning.data_tests import DataTest
from ingestion.planning.dbt_build import BuildResult
from ingestion.planning.exports import Row, exported_rows
from ingestion.publication.publishing import (
    Published,
    what_is_published,
)
from ingestion.publication.remembered import remembered_path
from ingestion.publication.version_files import PlannedVersion, write_file

_NAME = "published_reports"


@dataclass(frozen=True)
class KnownVersion:
    """What was known of a version when it was published.

    Attributes:
        checks: rows of the quality mart, in no particular order.
    """

    published: Published
    tests: Sequence[DataTest]
    checks: Sequence[Row]


def report_path(business_date: date, version: int) -> str:
    """Where what is known of a version is kept."""
    return remembered_path(_NAME, str(business_date), version)


def remember_report(lake: Lake, planned: PlannedVersion, build: BuildResult) -> None:
    """Write it down, before the version is published."""
    day = planned.business_date
    checks = exported_rows(lake, "quality_checks", day)
    document: dict[str, Json] = {
        "published": asdict(what_is_published(planned)),
        # In an order of their own: the same version, the same bytes.
        "tests": sorted(map(asdict, build.tests), key=canonical_text),
        "checks": sorted(checks, key=canonical_text),
    }
    write_file(lake, report_path(day, planned.version), canonical_line(document))


def known_version(lake: Lake, business_date: date, version: int) -> KnownVersion | None:
    """What was known of a version; None of one that an earlier project published."""
    path = report_path(business_date, version)
    if not lake.exists(path):
        return None
    with lake.reader(path) as stream:
        document = json.loads(stream.read(), parse_float=Decimal)
    return KnownVersion(
        Published(**document["published"]),
        [_test(values) for values in document["tests"]],
        document["checks"],
    )


def _test(values: Row) -> DataTest:
    rows = tuple(tuple(row) for row in values["rows"])
    return DataTest(**{**values, "columns": tuple(values["columns"]), "rows": rows})
