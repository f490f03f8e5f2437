"""What a table of a report is, whether on the page, in CSV or in a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Cell = str | int | Decimal | None
#: Statuses of the quality mart and of data tests, as tables are sorted.
WORST_FIRST = ("failed", "warned", "unknown", "passed")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        kind: text, number, status (a word that has a colour) or code (as written).
    """

    name: str
    label: str
    kind: str = "text"


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
    filters: tuple[str, ...] = ()

    def column(self, name: str) -> list[Cell]:
        """The cells of one column, in the order of the rows."""
        position = [column.name for column in self.columns].index(name)
        return [row[position] for row in self.rows]
