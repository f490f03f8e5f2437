"""The six master tables as CSV, quoted wherever their text needs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from oracle import Master
from strategies.handwriting import Handwriting

_Value = str | int | Decimal | None

HEADERS = {
    "products.csv": "sku_id,name,pack_size,unit,status",
    "suppliers.csv": "supplier_id,name,lead_time_days,currency,min_order_value",
    "product_suppliers.csv": "sku_id,supplier_id,priority,unit_price",
    "replenishment_rules.csv": "sku_id,moq,safety_stock",
    "stores.csv": "store_id,name,region",
    "warehouses.csv": "warehouse_id,name,region,capacity",
}


def master_files(master: Master, seed: int = 0) -> dict[str, bytes]:
    """The content of every file by its name; only a header for an empty table."""
    pen = Handwriting(seed)
    return {
        name: _csv(HEADERS[name], rows, pen) for name, rows in _tables(master).items()
    }


def _tables(master: Master) -> dict[str, list[Sequence[_Value]]]:
    return {
        "products.csv": [
            (key, row.name, row.pack_size, row.unit, row.status)
            for key, row in master.products.items()
        ],
        "suppliers.csv": [
            (key, row.name, row.lead_time_days, row.currency, row.min_order_value)
            for key, row in master.suppliers.items()
        ],
        "product_suppliers.csv": [
            (*key, row.priority, row.unit_price)
            for key, row in master.product_suppliers.items()
        ],
        "replenishment_rules.csv": [
            (key, row.moq, row.safety_stock)
            for key, row in master.replenishment_rules.items()
        ],
        "stores.csv": [
            (key, row.name, row.region) for key, row in master.stores.items()
        ],
        "warehouses.csv": [
            (key, row.name, row.region, row.capacity)
            for key, row in master.warehouses.items()
        ],
    }


def _csv(header: str, rows: Iterable[Sequence[_Value]], pen: Handwriting) -> bytes:
    lines = [header]
    lines += [",".join(pen.cell(_text(cell), ",") for cell in row) for row in rows]
    return "".join(line + "\n" for line in lines).encode()


def _text(value: _Value) -> str:
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
