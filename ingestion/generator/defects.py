"""What goes wrong on an ordinary day: honest defects, few enough to be looked at.

Each is there so that somebody new sees what the pipeline says about it.
"""

from __future__ import annotations

from datetime import date

from ingestion.generator.orders import Line, Order, order
from ingestion.generator.retailer import Retailer

CLOSING_TIME = 21 * 3600


def odd_orders(retailer: Retailer, store: int, day: date) -> list[Order]:
    """Orders that a store appends to its ordinary ones; most stores have none."""
    stores = len(retailer.stores)
    odd: list[Order] = []
    if store == 0:
        odd += _sent_twice(retailer, store, day)
    if store == 1 % stores:
        odd += _odd_articles(retailer, store, day)
    if store == 2 % stores:
        odd += _quantity_in_words(retailer, store, day)
    return odd


def is_silent(retailer: Retailer, store: int, day: date) -> bool:
    """Whether the store sends nothing: the last one, every third day."""
    last = len(retailer.stores) - 1
    return store == last > 0 and day.toordinal() % 3 == 1


def evening_orders(retailer: Retailer, store: int, day: date) -> list[Order]:
    """Orders of a second file with decimal commas, every third day, of one store.

    Every row is refused, and so the file is refused whole.
    """
    if store != 3 % len(retailer.stores) or day.toordinal() % 3 != 2:
        return []
    sku = retailer.popular[0]
    return [
        _order(retailer, store, day, 80 + number, Line(sku.sku_id, "1,5", ""))
        for number in range(3)
    ]


def _sent_twice(retailer: Retailer, store: int, day: date) -> list[Order]:
    """One order repeated as it was, and one repeated with another quantity."""
    first, second = retailer.popular[:2]
    same = _order(retailer, store, day, 1, Line(first.sku_id, "2", first.sale_price))
    before = _order(
        retailer, store, day, 2, Line(second.sku_id, "3", second.sale_price)
    )
    after = before._replace(
        second=before.second + 60,
        lines=(before.lines[0]._replace(quantity="5"),),
    )
    return [same, same, before, after]


def _odd_articles(retailer: Retailer, store: int, day: date) -> list[Order]:
    """Demand for what cannot be ordered: unknown, discontinued, without supplier."""
    skus = (retailer.discontinued, retailer.unsupplied, retailer.unrecorded)
    lines = [Line(sku.sku_id, "7", sku.sale_price) for sku in skus]
    lines.append(Line(retailer.unknown_sku_id, "4", "9.99"))
    return [_order(retailer, store, day, 3, *lines)]


def _quantity_in_words(retailer: Retailer, store: int, day: date) -> list[Order]:
    """A row that no machine can count: refused, the other rows of its file count."""
    sku = retailer.popular[0]
    return [_order(retailer, store, day, 4, Line(sku.sku_id, "two", sku.sale_price))]


def _order(
    retailer: Retailer, store: int, day: date, number: int, *lines: Line
) -> Order:
    site = retailer.stores[store]
    return order(site, day, f"X{number:02d}", CLOSING_TIME + number, lines)
