"""What the warehouses hold per SKU, from the latest snapshot of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from oracle.arithmetic import ZERO
from oracle.exceptions import Exceptions
from oracle.inputs import StockRow
from oracle.times import instant

#: A row without a time is earlier than every row that has one.
BEFORE_ALL = datetime(1, 1, 1)  # noqa: DTZ001 - instants carry no zone here


@dataclass(frozen=True)
class KeptRow:
    """The row that counts of one warehouse and SKU."""

    row: StockRow
    is_conflicting: bool


@dataclass(frozen=True)
class Stock:
    """Sums over warehouses; ``safety_stock`` is None where no row names one."""

    available: Decimal
    reserved: Decimal
    safety_stock: Decimal | None


def kept_rows(rows: Iterable[StockRow]) -> list[KeptRow]:
    """One row per warehouse and SKU."""
    copies: dict[tuple[str, str], list[StockRow]] = defaultdict(list)
    for row in rows:
        copies[row.warehouse_id, row.sku_id].append(row)
    return [_kept(same_key) for same_key in copies.values()]


def _kept(copies: Sequence[StockRow]) -> KeptRow:
    """The latest; on a tie the row that leaves least to sell.

    That is the lower available, then the higher reserved, then the higher
    safety stock, a missing one last. Only rows tied on the latest time can
    conflict; a missing reserved is 0, a missing safety stock is not.
    """
    latest = max(_taken_at(row) for row in copies)
    tied = [row for row in copies if _taken_at(row) == latest]
    values = {(row.available, _reserved(row), row.safety_stock) for row in tied}
    return KeptRow(row=min(tied, key=_caution), is_conflicting=len(values) > 1)


def _taken_at(row: StockRow) -> datetime:
    return BEFORE_ALL if row.snapshot_at is None else instant(row.snapshot_at)


def _reserved(row: StockRow) -> Decimal:
    return ZERO if row.reserved is None else row.reserved


def _caution(row: StockRow) -> tuple[Decimal, Decimal, bool, Decimal]:
    safety_stock = row.safety_stock
    return (
        row.available,
        -_reserved(row),
        safety_stock is None,
        -(ZERO if safety_stock is None else safety_stock),
    )


def stock_per_sku(kept: Iterable[KeptRow]) -> dict[str, Stock]:
    """Sums over warehouses, negative values included as they are."""
    rows: dict[str, list[StockRow]] = defaultdict(list)
    for each in kept:
        rows[each.row.sku_id].append(each.row)
    return {sku_id: _summed(of_sku) for sku_id, of_sku in rows.items()}


def _summed(rows: Sequence[StockRow]) -> Stock:
    given = [row.safety_stock for row in rows if row.safety_stock is not None]
    return Stock(
        available=sum((row.available for row in rows), ZERO),
        reserved=sum((_reserved(row) for row in rows), ZERO),
        safety_stock=sum(given, ZERO) if given else None,
    )


def report_stock(kept: Iterable[KeptRow], exceptions: Exceptions) -> None:
    """Conflicting copies once per key, negative values one by one."""
    for each in kept:
        row = each.row
        if each.is_conflicting:
            exceptions.add(
                "conflicting_duplicate",
                sku_id=row.sku_id,
                warehouse_id=row.warehouse_id,
            )
        for value in (row.available, row.reserved, row.safety_stock):
            if value is not None and value < 0:
                exceptions.add(
                    "negative_stock",
                    sku_id=row.sku_id,
                    warehouse_id=row.warehouse_id,
                    quantity=value,
                )
