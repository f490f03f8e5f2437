"""What a table of a report is, whether on the page, in CSV or in a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

Cell = str | int | Decimal | None
#: Statuses of the quality mart and of data tests, as tables are sorted.
WORST_FIRST = ("failed", "warned", "unknown", "passed")


@dataclass(frozen=True)
class Column:
    """One column of a table; ``tables.yml`` says what its kinds are."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True)
class Table:
    """Rows under a heading, the worst first.

    Attributes:
        name: of its files, and of its place on the page.
        filters: columns of few values, which the page offers to choose from.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    filters: tuple[str, ...]

    def column(self, name: str) -> list[Cell]:
        """The cells of one column, in the order of the rows."""
        position = [column.name for column in self.columns].index(name)
        return [row[position] for row in self.rows]


def table(name: str, rows: Iterable[Mapping[str, Cell]]) -> Table:
    """A table of ``tables.yml`` with these rows, of which it takes its columns."""
    declared = declared_tables()[name]
    columns = tuple(Column(*each) for each in declared["columns"])
    cells = [[row[column.name] for column in columns] for row in rows]
    filters = tuple(declared.get("filters", ()))
    return Table(name, declared["title"], columns, cells, filters)


@lru_cache(maxsize=1)
def declared_tables() -> dict[str, dict[str, Any]]:
    """Every table that a report can have, in the order of the workbook."""
    text = Path(__file__).with_name("tables.yml").read_text("utf-8")
    tables: dict[str, dict[str, Any]] = yaml.safe_load(text)
    return tables
