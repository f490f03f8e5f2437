"""The exceptions report: its columns, severities and order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

#: One exception, its keys in the order of ``COLUMNS``.
ExceptionRow = dict[str, Any]

COLUMNS = (
    "business_date",
    "code",
    "severity",
    "sku_id",
    "supplier_id",
    "store_id",
    "warehouse_id",
    "file_name",
    "quantity",
    "message",
)

_ERRORS = {
    "missing_supplier",
    "unknown_supplier",
    "unknown_sku",
    "invalid_pack_size",
    "quantity_overflow",
    "refused_file",
}
_INFOS = {
    "missing_replenishment_rule",
    "open_order_not_netted",
    "late_file",
    "unreadable_price",
    "unterminated_file",
}

_SORTED_AS_TEXT = (
    "code",
    "sku_id",
    "supplier_id",
    "store_id",
    "warehouse_id",
    "file_name",
)


def severity_of(code: str, *, about_warehouse: bool) -> str:
    """Error, warning or info; a missing warehouse is worse than a missing store."""
    if code in _ERRORS or (code == "missing_feed" and about_warehouse):
        return "error"
    return "info" if code in _INFOS else "warning"


class Exceptions:
    """The exceptions of one business date, collected in any order."""

    def __init__(self, business_date: date) -> None:
        self._business_date = business_date
        self._rows: list[ExceptionRow] = []

    def add(
        self,
        code: str,
        *,
        sku_id: str | None = None,
        supplier_id: str | None = None,
        store_id: str | None = None,
        warehouse_id: str | None = None,
        file_name: str | None = None,
        quantity: Decimal | None = None,
    ) -> None:
        self._rows.append(
            {
                "business_date": self._business_date.isoformat(),
                "code": code,
                "severity": severity_of(code, about_warehouse=warehouse_id is not None),
                "sku_id": sku_id,
                "supplier_id": supplier_id,
                "store_id": store_id,
                "warehouse_id": warehouse_id,
                "file_name": file_name,
                "quantity": quantity,
                "message": "",
            }
        )

    def naming(self, sku_id: str) -> list[str]:
        """The codes of exceptions that name a SKU, sorted, each once."""
        return sorted({row["code"] for row in self._rows if row["sku_id"] == sku_id})

    def rows(self) -> list[ExceptionRow]:
        """All exceptions in the order of the report."""
        return in_report_order(self._rows)


def in_report_order(rows: Iterable[ExceptionRow]) -> list[ExceptionRow]:
    """By code, ids, file name, quantity and message; nulls first, text by bytes."""
    return sorted(rows, key=_report_order)


def _report_order(row: ExceptionRow) -> list[tuple[bool, Any]]:
    ids = [_nulls_first_text(row[column]) for column in _SORTED_AS_TEXT]
    quantity = row["quantity"]
    by_quantity = (quantity is not None, quantity if quantity is not None else 0)
    return [*ids, by_quantity, _nulls_first_text(row["message"])]


def _nulls_first_text(value: str | None) -> tuple[bool, bytes]:
    return (value is not None, (value or "").encode())
