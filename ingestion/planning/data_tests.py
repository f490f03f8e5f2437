"""What dbt's data tests said of a date, and the rows that they found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

#: Its rows are those of the quality mart, which the report shows as they are.
_SHOWN_ELSEWHERE = ("assert_no_quality_check_fails",)
_STATUSES = {"pass": "passed", "warn": "warned", "fail": "failed"}


@dataclass(frozen=True)
class DataTest:
    """One data test that ran.

    Attributes:
        status: passed, warned (severity warn) or failed (severity error).
        found: rows that it found.
        claim: what the rows found break, in words; empty when nobody described it.
        path: file of the project in which it stands.
        columns: of the rows; empty when there are none to show.
        rows: some of the rows found, as text; None for null.
    """

    name: str
    status: str
    found: int
    claim: str
    path: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()


def data_tests(results: Sequence[Any]) -> list[DataTest]:
    """The data tests among dbt's node results; those that were skipped left out."""
    return [
        DataTest(
            name=result.node.name,
            status=_STATUSES[result.status],
            found=result.failures or 0,
            claim=" ".join((result.node.description or "").split()),
            path=result.node.original_file_path,
        )
        for result in results
        if result.node.resource_type == "test" and result.status in _STATUSES
    ]


def with_rows(
    tests: list[DataTest], show: Callable[[list[str]], list[Any]]
) -> list[DataTest]:
    """The tests, those that found rows with some of them.

    Asked for only when there are any: a date without a complaint costs nothing.
    """
    wanted = [
        test.name
        for test in tests
        if test.status != "passed" and test.name not in _SHOWN_ELSEWHERE
    ]
    shown = {result.node.name: result for result in show(wanted)} if wanted else {}
    return [
        replace(test, **_rows(shown[test.name])) if test.name in shown else test
        for test in tests
    ]


def _rows(result: Any) -> dict[str, Any]:
    table = result.agate_table
    if table is None:
        return {}
    return {
        "columns": tuple(table.column_names),
        "rows": tuple(
            tuple(None if cell is None else str(cell) for cell in row)
            for row in table.rows
        ),
    }
