"""What stands in the tables of a date's report."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from ingestion.config import PROJECT_DIR
from ingestion.gate import ReceivedFile
from ingestion.planning.data_tests import DataTest
from ingestion.planning.exports import Row
from ingestion.report.facts import Facts
from ingestion.report.rejects import first_error
from ingestion.report.tables import WORST_FIRST, Cell, Table, table

_MART = PROJECT_DIR / "models/marts/quality/fct_quality_checks.yml"
_STATUS_OF_FILE = {"accepted": "passed", "partial": "warned", "quarantined": "failed"}
_Cells = Mapping[str, Cell]


def tables_of(facts: Facts) -> list[Table]:
    """Every table that can be told of the date; what is unknown is left out."""
    rows: dict[str, Iterable[_Cells]] = {}
    if facts.files is not None:
        rows["files"] = sorted(map(_file, facts.files), key=_file_order)
        rows["refusals"] = refusals(facts.files)
        rows["refused_rows"] = map(vars, facts.rejects)
    if facts.checks is not None:
        rows["sites"] = _sites(facts.checks)
        units = {name: check["unit"] for name, check in described_checks().items()}
        rows["checks"] = (
            {**check, "unit": units.get(check["check_name"])} for check in facts.checks
        )
    if facts.tests is not None:
        rows["tests"] = sorted(map(_test, facts.tests), key=_test_order)
        rows["test_rows"] = _test_rows(facts.tests)
    if facts.exceptions is not None:
        rows["exceptions"] = facts.exceptions
    return [table(name, of_table) for name, of_table in rows.items()]


def _file(file: ReceivedFile) -> _Cells:
    return {
        **vars(file),
        "why": file.reason_message or file.reason,
        "first_error": first_error(file),
        "sites": ", ".join(file.site_ids) or None,
        "sha256": file.sha256[:12] if file.sha256 else None,
    }


def _file_order(row: _Cells) -> tuple[int, list[str]]:
    """Refused ones first."""
    status = _STATUS_OF_FILE.get(str(row["status"]), "unknown")
    names = [str(row[name]) for name in ("feed", "file_name", "sha256")]
    return WORST_FIRST.index(status), names


def refusals(files: Iterable[ReceivedFile]) -> list[dict[str, Any]]:
    """Rows refused by reason, the most first; an unreadable file has none."""
    found: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for file in files:
        is_partial = file.status == "partial" and file.rows_still_refused
        if file.status == "quarantined" or is_partial:
            counts = file.refused_by_reason or {str(file.reason): 0}
            for reason, count in counts.items():
                of_file = found[reason, file.feed]
                of_file[file.file_name] = of_file.get(file.file_name, 0) + count
    rows = [
        {
            "reason": reason,
            "feed": feed,
            "rows_refused": sum(counts.values()),
            "files": len(counts),
        }
        for (reason, feed), counts in sorted(found.items())
    ]
    return sorted(rows, key=lambda row: -int(row["rows_refused"]))


def _sites(checks: Iterable[Row]) -> list[_Cells]:
    """One row per store and warehouse, its checks side by side."""
    by_site: defaultdict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for check in checks:
        if check["scope_kind"] in ("store", "warehouse"):
            site = (check["scope_kind"], check["scope_id"])
            by_site[site][check["check_name"]] = check
    rows = [_site(*site, found) for site, found in sorted(by_site.items())]
    return sorted(rows, key=lambda row: WORST_FIRST.index(str(row["status"])))


def _site(kind: str, site_id: str, checks: dict[str, Row]) -> _Cells:
    found = [check["status"] for check in checks.values()]
    # Of a new site its volumes are unknown, which is no status for all of it.
    judged = (one for one in ("failed", "warned", "passed") if one in found)
    remarks = [
        f"{name}: {check['message']}"
        for name, check in sorted(checks.items())
        if check["status"] in ("failed", "warned")
    ]
    volumes = {name: checks.get(name, {}) for name in ("rows", "quantity")}
    return {
        "status": next(judged, "unknown"),
        "site_kind": kind,
        "site_id": site_id,
        "name": next(check["scope_name"] for check in checks.values()),
        **{name: check.get("value") for name, check in volumes.items()},
        **{f"usual_{name}": one.get("expected") for name, one in volumes.items()},
        "hours_old": checks.get("hours_old", {}).get("value"),
        "remarks": "; ".join(remarks) or None,
    }


def _test(test: DataTest) -> _Cells:
    return {**vars(test), "test": test.name, "claim": test.claim or None}


def _test_order(row: _Cells) -> tuple[int, str]:
    return WORST_FIRST.index(str(row["status"])), str(row["test"])


def _test_rows(tests: Iterable[DataTest]) -> Iterator[_Cells]:
    """Rows that tests found; each as JSON, because every test has its own columns."""
    for test in tests:
        for number, row in enumerate(test.rows, 1):
            values = dict(zip(test.columns, row, strict=True))
            text = json.dumps(values, ensure_ascii=False)
            yield {"test": test.name, "row": number, "values": text}


@lru_cache(maxsize=1)
def described_checks() -> dict[str, dict[str, Any]]:
    """Unit, meaning and advice of each check, by name, from the mart's description."""
    document = yaml.safe_load(_MART.read_text("utf-8"))
    checks: dict[str, dict[str, Any]] = document["models"][0]["config"]["meta"][
        "checks"
    ]
    return checks
