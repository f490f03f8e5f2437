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
from ingestion.lake import Lake, read_file, write_file
from ingestion.planning.data_tests import DataTest
from ingestion.planning.dbt_build import BuildResult
from ingestion.planning.exports import Row
from ingestion.publication.remembered import REPORTS, remembered_path
from ingestion.publication.version_files import PlannedVersion, Published


@dataclass(frozen=True)
class KnownVersion:
    """What was known of a version when it was published.

    Attributes:
        checks: rows of the quality mart, in no particular order.
    """

    published: Published
    tests: Sequence[DataTest]
    checks: Sequence[Row]


def remember_report(lake: Lake, planned: PlannedVersion, build: BuildResult) -> None:
    """Write it down, before the version is published."""
    document: dict[str, Json] = {
        "published": asdict(planned.published()),
        # In an order of their own: the same version, the same bytes.
        "tests": sorted(map(asdict, build.tests), key=canonical_text),
        "checks": sorted(planned.quality_checks, key=canonical_text),
    }
    path = remembered_path(REPORTS, planned.business_date, planned.version)
    write_file(lake, path, canonical_line(document))


def known_version(lake: Lake, business_date: date, version: int) -> KnownVersion | None:
    """What was known of a version; None of one that an earlier project published."""
    path = remembered_path(REPORTS, business_date, version)
    if not lake.exists(path):
        return None
    document = json.loads(read_file(lake, path), parse_float=Decimal)
    return KnownVersion(
        Published(**document["published"]),
        [_test(values) for values in document["tests"]],
        document["checks"],
    )


def _test(values: Row) -> DataTest:
    rows = tuple(tuple(row) for row in values["rows"])
    return DataTest(**{**values, "columns": tuple(values["columns"]), "rows": rows})
