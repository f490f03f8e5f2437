"""Net demand per SKU: the formula and its terms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from oracle.arithmetic import ZERO
from oracle.exceptions import Exceptions
from oracle.inputs import Inputs, ReplenishmentRule
from oracle.stock import Stock

NO_STOCK = Stock(available=ZERO, reserved=ZERO, safety_stock=None)
NO_RULE = ReplenishmentRule(moq=None, safety_stock=None)


@dataclass(frozen=True)
class NetDemand:
    """One SKU seen on the date; safety stock and minimum order as used.

    Attributes:
        open_quantity: what earlier orders still bring, netted or not.
        on_order: the open quantity where it is netted, else 0.
        has_stock_record: whether any accepted snapshot row names the SKU.
    """

    sku_id: str
    demand: Decimal
    safety_stock: Decimal
    available: Decimal
    reserved: Decimal
    open_quantity: Decimal
    on_order: Decimal
    net_demand: Decimal
    moq: Decimal
    has_stock_record: bool

    @property
    def quantity_after_moq(self) -> Decimal:
        return max(self.net_demand, self.moq)


def net_demand_per_sku(
    inputs: Inputs,
    demand: Mapping[str, Decimal],
    stock: Mapping[str, Stock],
    exceptions: Exceptions,
) -> list[NetDemand]:
    """One row for every SKU seen in orders, stock or rules, by the SKU's bytes."""
    open_quantities = open_quantity_per_sku(inputs)
    seen = (
        {line.sku_id for line in inputs.order_lines}
        | stock.keys()
        | inputs.master.replenishment_rules.keys()
    )
    return [
        _net_demand(
            sku_id,
            inputs,
            demand.get(sku_id, ZERO),
            stock.get(sku_id),
            open_quantities.get(sku_id, ZERO),
            exceptions,
        )
        for sku_id in sorted(seen, key=str.encode)
    ]


def _net_demand(
    sku_id: str,
    inputs: Inputs,
    demand: Decimal,
    stock: Stock | None,
    open_quantity: Decimal,
    exceptions: Exceptions,
) -> NetDemand:
    held = stock or NO_STOCK
    rule = inputs.master.replenishment_rules.get(sku_id, NO_RULE)
    safety_stock = _safety_stock(sku_id, rule, held, exceptions)
    moq = _not_negative(sku_id, rule.moq or ZERO, exceptions)
    on_order = open_quantity if inputs.variables.net_open_orders else ZERO
    shortage = demand + safety_stock - (held.available - held.reserved) - on_order
    return NetDemand(
        sku_id=sku_id,
        demand=demand,
        safety_stock=safety_stock,
        available=held.available,
        reserved=held.reserved,
        open_quantity=open_quantity,
        on_order=on_order,
        net_demand=max(ZERO, shortage),
        moq=moq,
        has_stock_record=stock is not None,
    )


def _safety_stock(
    sku_id: str, rule: ReplenishmentRule, stock: Stock, exceptions: Exceptions
) -> Decimal:
    """The rule's, else the snapshot's, else none; compared as they are written."""
    if rule.safety_stock is None:
        return _not_negative(sku_id, stock.safety_stock or ZERO, exceptions)
    if stock.safety_stock is not None and stock.safety_stock != rule.safety_stock:
        exceptions.add(
            "safety_stock_mismatch",
            sku_id=sku_id,
            quantity=stock.safety_stock - rule.safety_stock,
        )
    return _not_negative(sku_id, rule.safety_stock, exceptions)


def _not_negative(sku_id: str, value: Decimal, exceptions: Exceptions) -> Decimal:
    """A negative value that would be used counts as 0 and is reported."""
    if value >= 0:
        return value
    exceptions.add("negative_rule", sku_id=sku_id, quantity=value)
    return ZERO


def open_quantity_per_sku(inputs: Inputs) -> dict[str, Decimal]:
    """Lines of earlier released orders whose delivery is due after the date."""
    quantities: dict[str, Decimal] = defaultdict(Decimal)
    for published in inputs.history:
        if published.business_date >= inputs.business_date:
            raise ValueError(f"{published.business_date} is not an earlier date")
        for order in published.orders:
            due = order["requested_delivery_date"]
            if order["status"] == "released" and _is_after(due, inputs.business_date):
                for line in order["lines"]:
                    quantities[line["sku_id"]] += line["ordered_quantity"]
    return dict(quantities)


def _is_after(due: str | None, business_date: date) -> bool:
    return due is not None and date.fromisoformat(due) > business_date
