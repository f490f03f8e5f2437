"""Days: order lines and stock rows that collide, spread over several files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from oracle import Master, OrderLine, Result, StockRow, Supplier, Variables
from strategies import pools
from strategies.expectation import expected_results
from strategies.masters import masters, pick, rarely, some
from strategies.scenario import DrawnDay, OrderFile, Scenario, StockFile, StrayFile

FIRST_DATES = [date(2026, 1, 1), date(2025, 12, 30), date(2024, 2, 28)]
CENT = Decimal("0.01")

Row = TypeVar("Row", OrderLine, StockRow)
File = TypeVar("File", OrderFile, StockFile)


@st.composite
def scenarios(draw: DrawFn, most_days: int = 3, most_skus: int = 40) -> Scenario:
    """One to three consecutive dates over one set of master data."""
    first = pick(draw, FIRST_DATES)
    skus = some(draw, pools.SKUS, 1, most_skus)
    master = _with_edge_lead_times(draw, draw(masters(skus)), first)
    days: list[DrawnDay] = []
    for offset in range(draw(st.integers(1, most_days))):
        day = _day(draw, first + timedelta(days=offset), skus, master)
        days.append(_with_repeated_files(draw, day, days))
    drawn = Scenario(tuple(days), master, _variables(draw), draw(st.integers(0, 999)))
    return _with_minimums_near_totals(draw, drawn)


def _variables(draw: DrawFn) -> Variables:
    return Variables(
        net_open_orders=draw(st.booleans()),
        spike_window_days=pick(draw, [28, 1, 2]),
        spike_min_run_dates=pick(draw, [1, 2, 7]),
        spike_sigma=Decimal(pick(draw, ["3", "0", "1", "1.5", "0.1"])),
        spike_ratio=Decimal(pick(draw, ["2", "1", "0", "1.25"])),
        allow_missing_warehouses=rarely(draw, 4),
        allow_no_orders=rarely(draw, 4),
        order_max_age_days=pick(draw, [2, 0, 1]),
        whole_units=pick(draw, pools.WHOLE_UNITS),
        hold_codes=pick(draw, pools.HOLD_CODES),
        statuses_not_bought=pick(draw, pools.STATUSES_NOT_BOUGHT),
        snapshot_min_share=Decimal(pick(draw, ["0.5", "0", "1", "0.334"])),
    )


def _with_edge_lead_times(draw: DrawFn, master: Master, first: date) -> Master:
    """Now and then a delivery on the last day that a date can name, or after."""
    last = (date.max - first).days
    suppliers = {
        supplier_id: replace(supplier, lead_time_days=last + draw(st.integers(-1, 1)))
        if rarely(draw, 10)
        else supplier
        for supplier_id, supplier in master.suppliers.items()
    }
    return replace(master, suppliers=suppliers)


def _with_minimums_near_totals(draw: DrawFn, drawn: Scenario) -> Scenario:
    """Minimum order values at, or a cent beside, what the first date comes to."""
    suppliers = dict(drawn.master.suppliers)
    (first,) = expected_results(replace(drawn, days=drawn.days[:1]))
    for supplier_id, total in _totals(first):
        distance = pick(draw, [None, None, Decimal(0), CENT, -CENT])
        if distance is not None:
            suppliers[supplier_id] = _minimum(
                suppliers[supplier_id], max(total + distance, Decimal(0))
            )
    return replace(drawn, master=replace(drawn.master, suppliers=suppliers))


def _totals(result: Result) -> list[tuple[str, Decimal]]:
    """Totals that a minimum order value can hold, by supplier."""
    return [
        (order["supplier"]["supplier_id"], order["total_amount"])
        for order in result.orders
        if order["total_amount"] is not None and order["total_amount"] < 10**15
    ]


def _minimum(supplier: Supplier, value: Decimal) -> Supplier:
    return replace(supplier, min_order_value=value)


def _with_repeated_files(
    draw: DrawFn, day: DrawnDay, earlier: Sequence[DrawnDay]
) -> DrawnDay:
    """Now and then a file of an earlier date once more, byte for byte."""
    if not earlier or not rarely(draw, 3):
        return day
    former = pick(draw, earlier)
    return replace(
        day,
        order_files=_together(day.order_files, former.order_files[:1]),
        stock_files=_together(day.stock_files, former.stock_files[:1]),
    )


def _together(files: tuple[File, ...], others: tuple[File, ...]) -> tuple[File, ...]:
    """Both, but of one name only the first."""
    names = [file.name for file in files]
    return files + tuple(other for other in others if other.name not in names)


def _day(draw: DrawFn, day: date, skus: Sequence[str], master: Master) -> DrawnDay:
    lines = _order_lines(draw, skus)
    rows = _stock_rows(draw, skus)
    if not rarely(draw, 12):
        rows += _rows_for_silent_warehouses(draw, rows, skus, master)
    return DrawnDay(
        business_date=day,
        order_files=_order_files(draw, lines, day),
        stock_files=_stock_files(draw, rows, day),
        strays=_strays(draw),
    )


def _order_lines(draw: DrawFn, skus: Sequence[str]) -> list[OrderLine]:
    stores = [*pools.STORES[:3], pick(draw, pools.STORES + pools.UNKNOWN_STORES)]
    lines: list[OrderLine] = []
    for _ in range(draw(st.integers(0, 60))):
        if lines and rarely(draw, 4):
            lines.append(_other_copy(draw, pick(draw, lines), skus))
        else:
            lines.append(_order_line(draw, stores, skus))
    return lines


def _order_line(draw: DrawFn, stores: Sequence[str], skus: Sequence[str]) -> OrderLine:
    return OrderLine(
        store_id=pick(draw, stores),
        pos_id=pick(draw, pools.POINTS_OF_SALE),
        order_id=pick(draw, pools.ORDERS),
        line_number=pick(draw, pools.LINE_NUMBERS),
        ordered_at=pick(draw, pick(draw, pools.MOMENTS)),
        sku_id=pick(draw, skus),
        quantity=_quantity(draw),
    )


def _quantity(draw: DrawFn) -> Decimal:
    quantity = pick(draw, pools.QUANTITIES)
    return Decimal(1) if quantity is None else quantity


def _other_copy(draw: DrawFn, line: OrderLine, skus: Sequence[str]) -> OrderLine:
    """The same key again: the same in other words, or differing in one thing."""
    change = draw(st.integers(0, 4))
    if change == 1:
        return replace(line, ordered_at=_same_instant(draw, line.ordered_at))
    if change == 2:
        return replace(line, quantity=_quantity(draw))
    if change == 3:
        return replace(line, sku_id=pick(draw, skus))
    if change == 4:
        return replace(line, ordered_at=pick(draw, pick(draw, pools.MOMENTS)))
    return line


def _same_instant(draw: DrawFn, written: str) -> str:
    (ways,) = [ways for ways in pools.MOMENTS if written in ways]
    return pick(draw, ways)


def _stock_rows(draw: DrawFn, skus: Sequence[str]) -> list[StockRow]:
    warehouses = [*pools.WAREHOUSES, pick(draw, pools.UNKNOWN_WAREHOUSES)]
    rows: list[StockRow] = []
    for _ in range(draw(st.integers(0, 60))):
        if rows and rarely(draw, 4):
            rows.append(_other_row(draw, pick(draw, rows)))
        else:
            rows.append(_stock_row(draw, pick(draw, warehouses), skus))
    return rows


def _stock_row(draw: DrawFn, warehouse_id: str, skus: Sequence[str]) -> StockRow:
    has_time = draw(st.booleans())
    return StockRow(
        warehouse_id=warehouse_id,
        sku_id=pick(draw, skus),
        snapshot_at=pick(draw, pick(draw, pools.MOMENTS)) if has_time else None,
        available=_available(draw),
        reserved=pick(draw, pools.RESERVED),
        safety_stock=pick(draw, pools.SNAPSHOT_SAFETY),
    )


def _available(draw: DrawFn) -> Decimal:
    return pick(draw, pools.AVAILABLE) or Decimal(0)


def _other_row(draw: DrawFn, row: StockRow) -> StockRow:
    change = draw(st.integers(0, 5))
    if change == 1 and row.snapshot_at is not None:
        return replace(row, snapshot_at=_same_instant(draw, row.snapshot_at))
    if change == 2:
        return replace(row, available=_available(draw))
    if change == 3:
        return replace(row, reserved=pick(draw, pools.RESERVED))
    if change == 4:
        return replace(row, safety_stock=pick(draw, pools.SNAPSHOT_SAFETY))
    if change == 5:
        return replace(row, snapshot_at=None)
    return row


def _rows_for_silent_warehouses(
    draw: DrawFn, rows: Sequence[StockRow], skus: Sequence[str], master: Master
) -> list[StockRow]:
    """Most dates are to be published, and a silent warehouse refuses them."""
    heard = {row.warehouse_id for row in rows}
    return [
        _stock_row(draw, each, skus) for each in master.warehouses if each not in heard
    ]


def _order_files(
    draw: DrawFn, lines: Sequence[OrderLine], day: date
) -> tuple[OrderFile, ...]:
    files = []
    for number, rows in enumerate(_spread(draw, lines)):
        kind = pick(draw, ["csv", "lines", "array", "object"])
        if kind == "object" and len({_header(row) for row in rows}) != 1:
            kind = "lines" if rows else "array"
        bad_rows, rows = _with_bad_rows(draw, rows)
        name = _file_name(draw, pools.ORDER_FILE_NAMES, day, number, kind)
        files.append(
            OrderFile(
                name=name,
                kind="array" if kind == "object" and bad_rows else kind,
                rows=rows,
                bad_rows=bad_rows,
                seed=draw(st.integers(0, 9999)),
                copy_name=f"z{name}" if rarely(draw, 6) else None,
            )
        )
    return tuple(files)


def _header(line: OrderLine) -> tuple[str, str | None, str, str]:
    return (line.store_id, line.pos_id, line.order_id, line.ordered_at)


def _stock_files(
    draw: DrawFn, rows: Sequence[StockRow], day: date
) -> tuple[StockFile, ...]:
    files = []
    for number, part in enumerate(_spread(draw, rows)):
        bad_rows, part = _with_bad_rows(draw, part)
        name = _file_name(draw, pools.STOCK_FILE_NAMES, day, number, "csv")
        files.append(
            StockFile(
                name=name,
                rows=part,
                bad_rows=bad_rows,
                seed=draw(st.integers(0, 9999)),
                copy_name=f"z{name}" if rarely(draw, 6) else None,
            )
        )
    return tuple(files)


def _spread(draw: DrawFn, rows: Sequence[Row]) -> list[tuple[Row, ...]]:
    """Rows over one to four files in any order; now and then no file at all."""
    if rarely(draw, 30):
        return []
    count = draw(st.integers(1, 4))
    parts: list[list[Row]] = [[] for _ in range(count)]
    for row in rows:
        parts[draw(st.integers(0, count - 1))].append(row)
    return [tuple(part) for part in parts]


def _with_bad_rows(draw: DrawFn, rows: tuple[Row, ...]) -> tuple[int, tuple[Row, ...]]:
    """No malformed row mostly; else one, or five on either side of 5 %."""
    if not rarely(draw, 6):
        return 0, rows
    bad, full = draw(st.sampled_from([(1, 0), (5, 95), (5, 94)]))
    return bad, rows + rows[:1] * max(0, full - len(rows))


def _file_name(
    draw: DrawFn, stems: Sequence[str], day: date, number: int, kind: str
) -> str:
    """A name for the content; the bytes tell which JSON it is, not the name."""
    endings = [".csv", ".CSV"] if kind == "csv" else [".jsonl", ".json", ".NDJSON"]
    compressed = draw(st.sampled_from(["", "", ".gz", ".GZ"]))
    return f"{pick(draw, stems)}-{day.day}{number}{pick(draw, endings)}{compressed}"


def _strays(draw: DrawFn) -> tuple[StrayFile, ...]:
    if not rarely(draw, 4):
        return ()
    return tuple(
        StrayFile(pick(draw, ["orders", "stock"]), name, content, is_refused)
        for name, content, is_refused in some(draw, pools.STRAYS, 1, 3)
    )
