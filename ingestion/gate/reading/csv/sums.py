"""Stock rows that are parts of one figure: bins or lots of a warehouse and SKU."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from decimal import Decimal

from ingestion.gate.reading.text import Sink
from ingestion.gate.reading.verdict import FileRefusedError, Tally

#: A sum has to fit the column of one row.
_MOST = Decimal(10) ** 15


class StockSums:
    """Adds rows up per warehouse and SKU, and writes the sums at the end.

    The sum is as of the latest of its rows; a figure that no row has is absent.
    """

    def __init__(self, landed: Sink, tally: Tally) -> None:
        self._landed = landed
        self._tally = tally
        self._sums: dict[tuple[str, str], tuple[str, list[Decimal | None]]] = {}

    def add(self, columns: Sequence[Sequence[str]]) -> None:
        """Add accepted rows, by the contract's columns.

        Raises:
            FileRefusedError: a sum has more than 15 digits.
        """
        for warehouse, sku, at, *texts in zip(*columns, strict=True):
            latest, figures = self._sums.get(
                (warehouse, sku), ("", [None] * len(texts))
            )
            if _instant(at) > _instant(latest):
                latest = at
            figures = [
                figure if not text else Decimal(text) + (figure or 0)
                for figure, text in zip(figures, texts, strict=True)
            ]
            if any(figure is not None and abs(figure) >= _MOST for figure in figures):
                raise FileRefusedError(
                    "constraint-error",
                    f"The rows of {sku} in {warehouse} add up to more than 15 digits. "
                    "Correct them.",
                )
            self._sums[warehouse, sku] = latest, figures

    def write(self) -> None:
        """Write the sums, in the order in which their first rows came."""
        self._tally.landed = len(self._sums)
        for (warehouse, sku), (at, figures) in self._sums.items():
            texts = ("" if figure is None else f"{figure:f}" for figure in figures)
            self._landed.write(f"{','.join([warehouse, sku, at, *texts])}\n".encode())


def _instant(text: str) -> datetime:
    if not text:
        return datetime.min.replace(tzinfo=timezone.utc)
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
