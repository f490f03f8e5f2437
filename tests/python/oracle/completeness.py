"""Who sent files and who did not, and which dates are not run at all."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from oracle.exceptions import Exceptions
from oracle.inputs import Inputs, LoadedFile


def refusals(inputs: Inputs) -> list[str]:
    """Why nothing may be ordered on this date; empty when it may.

    A missing warehouse would read as zero stock, so the date is refused unless
    the variables allow it; a day without orders may be a closed one.
    """
    needed = ["stock"] if inputs.variables.allow_no_orders else ["orders", "stock"]
    reasons = [
        f"no accepted {feed} file"
        for feed in needed
        if not any(file.feed == feed and file.counts() for file in inputs.load_history)
    ]
    if inputs.master.is_empty():
        reasons.append("empty master data")
    if not inputs.variables.allow_missing_warehouses:
        missing = sorted(_missing_warehouses(inputs))
        reasons += [f"warehouse {each} missing" for each in missing]
    return reasons


def _missing_warehouses(inputs: Inputs) -> set[str]:
    return set(inputs.master.warehouses) - {
        row.warehouse_id for row in inputs.stock_rows
    }


def report_sites(inputs: Inputs, exceptions: Exceptions) -> None:
    """Stores and warehouses that nobody knows, and those that sent no row."""
    known_stores = set(inputs.master.stores)
    heard_stores = {line.store_id for line in inputs.order_lines}
    for store_id in heard_stores - known_stores:
        exceptions.add("unknown_store", store_id=store_id)
    for store_id in known_stores - heard_stores:
        exceptions.add("missing_feed", store_id=store_id)
    heard_warehouses = {row.warehouse_id for row in inputs.stock_rows}
    for warehouse_id in heard_warehouses - set(inputs.master.warehouses):
        exceptions.add("unknown_warehouse", warehouse_id=warehouse_id)
    for warehouse_id in _missing_warehouses(inputs):
        exceptions.add("missing_feed", warehouse_id=warehouse_id)


def report_files(inputs: Inputs, exceptions: Exceptions) -> None:
    """Files refused whole, rows refused from files that count, and odd files."""
    for file in inputs.load_history:
        if file.status == "quarantined":
            exceptions.add("refused_file", file_name=file.file_name)
        if file.counts():
            _report_counted(file, inputs, exceptions)


def _report_counted(file: LoadedFile, inputs: Inputs, exceptions: Exceptions) -> None:
    amounts = {
        "refused_rows": file.rows_refused - file.rows_requeued,
        "unreadable_price": file.unreadable_prices,
        "repeated_file": file.rows_accepted if _is_repeated(file, inputs) else 0,
    }
    for code, amount in amounts.items():
        if amount:
            exceptions.add(code, file_name=file.file_name, quantity=Decimal(amount))
    if file.is_late:
        exceptions.add("late_file", file_name=file.file_name)
    if file.is_unterminated:
        exceptions.add("unterminated_file", file_name=file.file_name)


def _is_repeated(file: LoadedFile, inputs: Inputs) -> bool:
    """Whether rows of the same bytes counted for an earlier published date."""
    return any((file.feed, file.sha256) in day.files for day in inputs.history)


def report_shrunken_snapshots(inputs: Inputs, exceptions: Exceptions) -> None:
    """Warehouses that name too few of the SKUs of their last published snapshot."""
    for warehouse_id, named in snapshots(inputs).items():
        earlier = [day for day in inputs.history if warehouse_id in day.snapshots]
        if not earlier:
            continue
        last = max(earlier, key=lambda day: day.business_date)
        former = last.snapshots[warehouse_id]
        if len(former & named) < inputs.variables.snapshot_min_share * len(former):
            exceptions.add(
                "shrunken_snapshot",
                warehouse_id=warehouse_id,
                quantity=Decimal(len(former - named)),
            )


def snapshots(inputs: Inputs) -> dict[str, set[str]]:
    """The SKUs that accepted rows of each warehouse name."""
    named: dict[str, set[str]] = defaultdict(set)
    for row in inputs.stock_rows:
        named[row.warehouse_id].add(row.sku_id)
    return dict(named)
