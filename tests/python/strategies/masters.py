"""Master data: values may be wrong or null, and no id need have a partner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from oracle import Master, Offer, Product, ReplenishmentRule, Store, Supplier, Warehouse
from strategies import pools

T = TypeVar("T")


def pick(draw: DrawFn, values: Sequence[T]) -> T:
    """One of the values."""
    return draw(st.sampled_from(values))


def rarely(draw: DrawFn, one_in: int) -> bool:
    """True about once in so many times, and never once an example has shrunk."""
    return draw(st.integers(0, one_in - 1)) == one_in - 1


def some(draw: DrawFn, values: Sequence[T], least: int, most: int) -> list[T]:
    """Distinct values; the number is drawn evenly, unlike that of plain lists."""
    size = draw(st.integers(least, min(most, len(values))))
    return draw(
        st.lists(st.sampled_from(values), min_size=size, max_size=size, unique=True)
    )


@st.composite
def names(draw: DrawFn) -> str | None:
    """Any text that a quoted CSV cell and PostgreSQL can hold."""
    pieces = draw(st.lists(st.sampled_from(pools.NAME_PIECES), max_size=4))
    return "".join(pieces).strip(" \t") or None


@st.composite
def masters(draw: DrawFn, skus: Sequence[str]) -> Master:
    """Six tables around the SKUs of a scenario; all of them empty now and then."""
    if rarely(draw, 40):
        return Master()
    suppliers = some(draw, pools.SUPPLIERS, 1, 4)
    if rarely(draw, 3):
        suppliers += some(draw, pools.ODD_SUPPLIERS, 1, 2)
    planned = [*skus, *some(draw, pools.ODD_SKUS, 0, 2)]
    return Master(
        products={each: _product(draw) for each in planned if not rarely(draw, 12)},
        suppliers={each: _supplier(draw) for each in suppliers if not rarely(draw, 8)},
        product_suppliers={
            (sku_id, supplier_id): _offer(draw)
            for sku_id in planned
            for supplier_id in _offering(draw, suppliers)
        },
        replenishment_rules={
            each: _rule(draw) for each in planned if not rarely(draw, 5)
        },
        stores=_stores(draw),
        warehouses={
            each: Warehouse(draw(names()), None, None)
            for each in some(draw, pools.WAREHOUSES, 1, 3)
        },
    )


def _offering(draw: DrawFn, suppliers: Sequence[str]) -> list[str]:
    least = 0 if rarely(draw, 10) else 1
    return some(draw, suppliers, least, max(least, draw(st.integers(1, 3))))


def _product(draw: DrawFn) -> Product:
    return Product(
        name=draw(names()),
        pack_size=pick(draw, pools.PACKS),
        unit=pick(draw, pools.UNITS),
        status=pick(draw, pools.STATUSES),
    )


def _supplier(draw: DrawFn) -> Supplier:
    return Supplier(
        name=draw(names()),
        lead_time_days=pick(draw, pools.LEAD_TIMES),
        currency=pick(draw, pools.CURRENCIES),
        min_order_value=pick(draw, pools.ORDER_VALUES),
    )


def _offer(draw: DrawFn) -> Offer:
    return Offer(pick(draw, pools.PRIORITIES), pick(draw, pools.PRICES))


def _rule(draw: DrawFn) -> ReplenishmentRule:
    moq, safety_stock = pick(draw, pools.MINIMUMS), pick(draw, pools.RULE_SAFETY)
    return ReplenishmentRule(moq, safety_stock)


def _stores(draw: DrawFn) -> dict[str, Store]:
    known = some(draw, pools.STORES, 1, 4)
    if rarely(draw, 5):
        known.append(pick(draw, pools.ODD_STORES))
    return {each: Store(draw(names()), None) for each in known}
