"""Who sent files and who did not, and which dates are not run at all."""

from __future__ import annotations

from decimal import Decimal

from oracle.exceptions import Exceptions
from oracle.inputs import Inputs

_COUNTED_STATUSES = {"accepted", "partial"}


def refusals(inputs: Inputs) -> list[str]:
    """Why nothing may be ordered on this date; empty when it may.

    A missing warehouse would read as zero stock, so the date is refused unless
    the variables allow it.
    """
    reasons = []
    for feed in ("orders", "stock"):
        files = [file for file in inputs.load_history if file.feed == feed]
        if not any(file.status in _COUNTED_STATUSES for file in files):
            reasons.append(f"no accepted {feed} file")
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
    """Files refused whole, rows refused from files that count, and late files."""
    for file in inputs.load_history:
        if file.is_late and file.status in _COUNTED_STATUSES:
            exceptions.add("late_file", file_name=file.file_name)
        if file.status == "quarantined":
            exceptions.add("refused_file", file_name=file.file_name)
        refused = file.rows_refused - file.rows_requeued
        if file.status == "partial" and refused:
            exceptions.add(
                "refused_rows", file_name=file.file_name, quantity=Decimal(refused)
            )
