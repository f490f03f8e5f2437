"""Lines and orders: packs, prices, delivery dates, and the published document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from oracle.arithmetic import (
    ZERO,
    half_up_to_cents,
    is_beyond_quantity,
    packs_to_cover,
)
from oracle.exceptions import Exceptions
from oracle.inputs import Document, Inputs, Product, Supplier
from oracle.need import NetDemand


@dataclass(frozen=True)
class Line:
    """One order line; ``unit_price`` and ``line_amount`` None when unknown."""

    need: NetDemand
    product: Product
    pack_size: Decimal
    packs: Decimal
    ordered_quantity: Decimal
    unit_price: Decimal | None
    line_amount: Decimal | None


def make_line(
    need: NetDemand, supplier_id: str, inputs: Inputs, exceptions: Exceptions
) -> Line | None:
    """The line of a SKU that can be ordered; None when its quantity is too large."""
    product = inputs.master.products[need.sku_id]
    pack_size = product.pack_size or ZERO
    packs = packs_to_cover(need.quantity_after_moq, pack_size)
    ordered = packs * pack_size
    if is_beyond_quantity(need.net_demand) or is_beyond_quantity(ordered):
        exceptions.add("quantity_overflow", sku_id=need.sku_id)
        return None
    price = inputs.master.product_suppliers[need.sku_id, supplier_id].unit_price
    if price is not None and price < 0:
        price = None
    amount = None if price is None else half_up_to_cents(ordered * price)
    _report_line(need, supplier_id, price, inputs, exceptions)
    return Line(need, product, pack_size, packs, ordered, price, amount)


def _report_line(
    need: NetDemand,
    supplier_id: str,
    price: Decimal | None,
    inputs: Inputs,
    exceptions: Exceptions,
) -> None:
    if price is None:
        exceptions.add("missing_price", sku_id=need.sku_id, supplier_id=supplier_id)
    if need.open_quantity > 0 and not inputs.variables.net_open_orders:
        exceptions.add(
            "open_order_not_netted",
            sku_id=need.sku_id,
            supplier_id=supplier_id,
            quantity=need.open_quantity,
        )


@dataclass(frozen=True)
class Order:
    """One supplier's order, before the flags of its lines are known."""

    supplier_id: str
    supplier: Supplier
    is_below_minimum: bool
    requested_delivery_date: str | None
    total_amount: Decimal | None
    lines: Sequence[Line]


def make_order(
    supplier_id: str,
    lines: Sequence[Line],
    inputs: Inputs,
    exceptions: Exceptions,
) -> Order:
    """One supplier's order from its lines, which come sorted by SKU."""
    supplier = inputs.master.suppliers[supplier_id]
    due = delivery_date(inputs.business_date, supplier.lead_time_days)
    if due is None:
        exceptions.add("missing_lead_time", supplier_id=supplier_id)
    total = _total(lines)
    is_below = _is_below_minimum(total, supplier.min_order_value)
    if is_below:
        exceptions.add("below_min_order_value", supplier_id=supplier_id, quantity=total)
    return Order(supplier_id, supplier, is_below, due, total, lines)


def delivery_date(business_date: date, lead_time_days: int | None) -> str | None:
    """Calendar days later; None without a usable lead time or past year 9999."""
    if lead_time_days is None or lead_time_days < 0:
        return None
    if lead_time_days > (date.max - business_date).days:
        return None
    return (business_date + timedelta(days=lead_time_days)).isoformat()


def _total(lines: Sequence[Line]) -> Decimal | None:
    """The sum of the line amounts; unknown as soon as one of them is."""
    total = ZERO
    for line in lines:
        if line.line_amount is None:
            return None
        total += line.line_amount
    return total


def _is_below_minimum(total: Decimal | None, minimum: Decimal | None) -> bool:
    """An unknown total is not below; a null or negative minimum is none."""
    if total is None or minimum is None or minimum < 0:
        return False
    return total < minimum


def order_document(
    order: Order, inputs: Inputs, flags: Mapping[str, list[str]]
) -> Document:
    """The published order, keys in the published order."""
    day = inputs.business_date
    return {
        "schema_version": 1,
        "order_id": f"PO-{day.isoformat().replace('-', '')}-{order.supplier_id}",
        "business_date": day.isoformat(),
        "version": inputs.version,
        "status": _status(order, inputs, flags),
        "supplier": {
            "supplier_id": order.supplier_id,
            "name": order.supplier.name,
            "lead_time_days": order.supplier.lead_time_days,
        },
        "currency": order.supplier.currency,
        "requested_delivery_date": order.requested_delivery_date,
        "line_count": len(order.lines),
        "total_amount": order.total_amount,
        "lines": [
            _line_document(number, line, flags[line.need.sku_id])
            for number, line in enumerate(order.lines, start=1)
        ],
    }


def _status(order: Order, inputs: Inputs, flags: Mapping[str, list[str]]) -> str:
    """Held below the minimum, or for a flag of one of its lines."""
    holding = set(inputs.variables.hold_codes)
    is_flagged = any(holding & {*flags[line.need.sku_id]} for line in order.lines)
    return "held" if order.is_below_minimum or is_flagged else "released"


def with_cancelled(orders: Sequence[Document], inputs: Inputs) -> list[Document]:
    """The orders, and those of the former version that are taken back."""
    present = {order["supplier"]["supplier_id"] for order in orders}
    empty = {"status": "cancelled", "line_count": 0, "total_amount": ZERO, "lines": []}
    cancelled = [
        {**former, "version": inputs.version, **empty}
        for former in inputs.former_orders
        if former["supplier"]["supplier_id"] not in present
    ]
    return sorted(
        [*orders, *cancelled],
        key=lambda order: order["supplier"]["supplier_id"].encode(),
    )


def _line_document(number: int, line: Line, flags: list[str]) -> Document:
    return {
        "line_number": number,
        "sku_id": line.need.sku_id,
        "name": line.product.name,
        "ordered_quantity": line.ordered_quantity,
        "unit": line.product.unit,
        "pack_size": line.pack_size,
        "packs": line.packs,
        "unit_price": line.unit_price,
        "line_amount": line.line_amount,
        "explanation": _explanation(line, flags),
    }


def _explanation(line: Line, flags: list[str]) -> Document:
    need = line.need
    return {
        "demand": need.demand,
        "safety_stock": need.safety_stock,
        "available": need.available,
        "reserved": need.reserved,
        "on_order": need.on_order,
        "net_demand": need.net_demand,
        "moq": need.moq,
        "quantity_after_moq": need.quantity_after_moq,
        "surplus": line.ordered_quantity - need.net_demand,
        "flags": flags,
    }
