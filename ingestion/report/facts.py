"""What a report tells of one date, gathered from the run and from the lake."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion import gate
from ingestion.batch.outcome import DateOutcome
from ingestion.batch.summary import figures
from ingestion.errors import ReconciliationError
from ingestion.gate import ReceivedFile
from ingestion.lake import Lake, read_file
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
    files: Sequence[ReceivedFile] | None = None
    rejects: Sequence[Reject] = ()
    checks: Sequence[Row] | None = None
    exceptions: Sequence[Row] | None = None
    tests: Sequence[DataTest] | None = None


def without_lake(outcome: DateOutcome, summary: dict[str, Any]) -> Facts:
    """What the run itself knows of a date, also when its lake does not answer."""
    return Facts(
        outcome.business_date,
        summary,
        files=outcome.received or None,
        tests=outcome.build.tests if outcome.build else None,
    )


def gather(lake: Lake, outcome: DateOutcome, summary: dict[str, Any]) -> Facts:
    """Read together what a run of a date has left.

    A date that was published before is read from the lake alone.
    """
    day, version = outcome.business_date, outcome.version_before
    files = outcome.received or gate.load_history(lake, day)
    facts = without_lake(outcome, summary)
    facts = replace(facts, files=files, rejects=read_rejects(lake, files))
    if version is not None and outcome.published is None:
        text = read_file(lake, exceptions_path(day, "json"))
        rows = json.loads(text, parse_float=Decimal)["exceptions"]
        facts = replace(facts, exceptions=_worst_first(rows))
        if known := known_version(lake, day, version):
            facts = replace(
                facts,
                summary={**summary, **figures(known.published)},
                checks=_checks(known.checks),
                tests=facts.tests or known.tests,
            )
        return facts
    # An export that this run did not write may be that of a former run.
    built = outcome.build.models if outcome.build else {}
    if "fct_quality_checks" in built:
        facts = replace(facts, checks=_exported(lake, "quality_checks", day, _checks))
    if "fct_exceptions" in built:
        rows = _exported(lake, "exceptions", day, _worst_first)
        facts = replace(facts, exceptions=rows)
    return facts


def _exported(
    lake: Lake, name: str, day: date, sort: Callable[[Iterable[Row]], list[Row]]
) -> list[Row] | None:
    """Rows of an export; None where it is cut off, for which the date was refused."""
    try:
        return sort(exported_rows(lake, name, day))
    except ReconciliationError:
        return None


def _checks(rows: Iterable[Row]) -> list[Row]:
    def order(row: Row) -> tuple[int, str, str, str]:
        names = row["check_name"], row["scope_kind"], row["scope_id"]
        return _BY_STATUS.get(row["status"], 0), *names

    # Engines print a whole decimal with and without its decimals.
    exact = (
        {name: Decimal(x) if isinstance(x, int) else x for name, x in row.items()}
        for row in rows
    )
    return sorted(exact, key=order)


def _worst_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(
        sorted_exceptions(rows), key=lambda row: _BY_SEVERITY.get(row["severity"], 0)
    )
