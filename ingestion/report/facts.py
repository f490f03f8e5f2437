"""What a report tells of one date, gathered from the run and from the lake."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion import gate
from ingestion.batch.outcome import DateOutcome
from ingestion.batch.summary import figures
from ingestion.errors import ReconciliationError
from ingestion.gate import ReceivedFile
from ingestion.lake import Lake
from ingestion.planning.data_tests import DataTest
from ingestion.planning.exports import Row, exported_rows
from ingestion.publication.documents import sorted_exceptions
from ingestion.publication.published import exceptions_path
from ingestion.publication.reported import known_version
from ingestion.report.rejects import Reject, read_rejects

_BY_STATUS = {"failed": 0, "warned": 1, "unknown": 2, "passed": 3}
_BY_SEVERITY = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Facts:
    """Everything known of a date; None where the run did not come so far.

    Attributes:
        summary: of the run, as it is printed with ``--json``.
        checks: rows of the quality mart, the worst first.
        exceptions: rows of the exceptions, the worst first.
        rejects: some refused rows of each file and reason.
    """

    business_date: date
    summary: dict[str, Any]
    files: Sequence[ReceivedFile] | None
    rejects: Sequence[Reject]
    checks: Sequence[Row] | None
    exceptions: Sequence[Row] | None
    tests: Sequence[DataTest] | None


def gather(lake: Lake, outcome: DateOutcome, summary: dict[str, Any]) -> Facts:
    """Read together what a run of a date has left.

    A date that was published before is read from the lake alone.
    """
    day, build, version = outcome.business_date, outcome.build, outcome.version_before
    built = set(build.models) if build else set()
    files = outcome.received or gate.load_history(lake, day)
    checks = exceptions = None
    tests: Sequence[DataTest] | None = build.tests if build else None
    if version is not None and outcome.published is None:
        exceptions = _worst_first(_published_exceptions(lake, day))
        known = known_version(lake, day, version)
        if known:
            checks = _checks(known.checks)
            tests = tests or known.tests
            summary = {**summary, **figures(known.published)}
    # An export that this run did not write may be that of a former run.
    else:
        if "fct_quality_checks" in built:
            checks = _exported(lake, "quality_checks", day, _checks)
        if "fct_exceptions" in built:
            exceptions = _exported(lake, "exceptions", day, _worst_first)
    return Facts(
        business_date=day,
        summary=summary,
        files=files,
        rejects=read_rejects(lake, files),
        checks=checks,
        exceptions=exceptions,
        tests=tests,
    )


def _exported(
    lake: Lake, name: str, day: date, sort: Callable[[Iterable[Row]], list[Row]]
) -> list[Row] | None:
    """Rows of an export; None where it is cut off, for which the date was refused."""
    try:
        return sort(exported_rows(lake, name, day))
    except ReconciliationError:
        return None


def _published_exceptions(lake: Lake, day: date) -> list[Row]:
    with lake.reader(exceptions_path(day, "json")) as stream:
        rows: list[Row] = json.load(stream, parse_float=Decimal)["exceptions"]
    return rows


def without_lake(outcome: DateOutcome, summary: dict[str, Any]) -> Facts:
    """What the run itself knows of a date whose lake does not answer."""
    return Facts(
        business_date=outcome.business_date,
        summary=summary,
        files=outcome.received or None,
        rejects=(),
        checks=None,
        exceptions=None,
        tests=outcome.build.tests if outcome.build else None,
    )


def _checks(rows: Iterable[Row]) -> list[Row]:
    exact = (
        {
            **row,
            # Engines print a whole decimal with and without its decimals.
            **{
                name: _decimal(row[name]) for name in ("value", "expected", "threshold")
            },
        }
        for row in rows
    )
    return sorted(
        exact,
        key=lambda row: (
            _BY_STATUS.get(row["status"], 0),
            row["check_name"],
            row["scope_kind"],
            row["scope_id"],
        ),
    )


def _decimal(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _worst_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(
        sorted_exceptions(rows), key=lambda row: _BY_SEVERITY.get(row["severity"], 0)
    )
