"""Customer orders of one store and date, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import NamedTuple

from ingestion.generator.retailer import Retailer, Site, Sku

OPENS_AT = 8 * 3600
OPEN_FOR = 13 * 3600
LINES_PER_ORDER = (1, 1, 2, 2, 3, 3, 4, 6)
PIECES = ("1", "1", "1", "2", "2", "3", "4", "6")


class Line(NamedTuple):
    """One article of an order; quantity in its unit and price per unit, as written."""

    sku_id: str
    quantity: str
    unit_price: str


class Order(NamedTuple):
    """What one customer took; ``second`` counts from midnight, UTC."""

    order_id: str
    store_id: str
    pos_id: str
    day: str
    second: int
    lines: tuple[Line, ...]


def orders_of(retailer: Retailer, store: int, day: date) -> Iterator[Order]:
    """Ordinary orders of the store with this index, in the order of their time.

    Seeded by retailer, date and store alone, so that a date is the same in every
    window and a store in every selection.
    """
    site = retailer.stores[store]
    random = Random(f"orders/{retailer.seed}/{day}/{site.site_id}")  # noqa: S311  # made-up data
    total = _lines_of(retailer, store)
    written = number = 0
    while written < total:
        count = min(random.choice(LINES_PER_ORDER), total - written)
        skus = random.choices(retailer.popular, cum_weights=retailer.weights, k=count)
        lines = tuple(_line(random, sku) for sku in skus)
        number += 1
        second = OPENS_AT + written * OPEN_FOR // total
        yield order(site, day, f"{number:06d}", second, lines)
        written += count


def order(
    site: Site, day: date, number: str, second: int, lines: tuple[Line, ...]
) -> Order:
    """An order of the store, numbered within store and date."""
    return Order(
        order_id=f"{site.site_id}-{day:%Y%m%d}-{number}",
        store_id=site.site_id,
        pos_id=f"T{1 + second % 3}",
        day=day.isoformat(),
        second=second,
        lines=lines,
    )


def _lines_of(retailer: Retailer, store: int) -> int:
    """The store's part of the day's order lines: equal, the rest to the first ones."""
    part, rest = divmod(retailer.size.order_lines, retailer.size.stores)
    return part + (store < rest)


def _line(random: Random, sku: Sku) -> Line:
    if sku.unit == "KG":
        grams = random.randrange(200, 4000)
        quantity = f"{grams // 1000}.{grams % 1000:03d}"
    else:
        quantity = random.choice(PIECES)
    return Line(sku.sku_id, quantity, sku.sale_price)
