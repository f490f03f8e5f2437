"""What customers order in a store on a date: when, how much, of what, at which price.

Each store and date has a stream of its own, so that any of them is made alone and in
any order. docs/generator.md says which distribution each draw follows and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ingestion.generator.chance import (
    Ints,
    Stream,
    Table,
    exponentials,
    mapped,
    poisson,
)
from ingestion.generator.retailer import BASKET, SPECIAL_SKUS, Retailer

#: Orders by weekday from Monday, in thousandths of a mean day: in residential areas,
#: and in shopping streets (every third store).
WEEKDAYS = (
    (945, 910, 910, 840, 1085, 1190, 1120),
    (1070, 1050, 1040, 1020, 1120, 1080, 620),
)
MONTHS = (930, 940, 980, 1000, 1010, 1000, 990, 980, 980, 1000, 1030, 1160)
#: In June to August, and in the other months, by region.
SUMMER = ((1060, 980), (1000, 1000), (940, 1020), (1000, 1000))
OPENS_AT = 8
#: Orders by hour from ``OPENS_AT`` on, one part in a hundred each.
HOURS = np.array([3, 5, 8, 9, 9, 8, 7, 8, 10, 12, 11, 7, 3])
#: Pieces of one line, from 0 on, in thousandths.
PIECES = np.array([0, 800, 150, 28, 12, 4, 5, 0, 0, 0, 0, 0, 1])
#: Grams of a weighed line: log-normal, median 400, log sd 0.6.
GRAMS = mapped(np.rint(400 * exponentials(1.0005861091949095)).astype(int), 50, 5000)
#: Prices by region, in thousandths.
PRICE_LEVELS = (1000, 970, 1030, 990)
#: A cosine over twelve months, in thousandths.
_SEASON = np.array([1000, 866, 500, 0, -500, -866, -1000, -866, -500, 0, 500, 866])
#: Every 28th day one SKU sells eight times as much: 2026-01-03 is such a day.
SPIKE_EVERY, SPIKE_ON = 28, 27
_PROMOTED_OF = 40
#: Lines that are drawn at once.
_CHUNK = 1 << 16

#: Quantities as tills write them: pieces, kilograms in grams, a return, and what is
#: no quantity. A line holds the position of its quantity here.
WEIGHED = len(PIECES)
RETURNED = WEIGHED + len(GRAMS.weights)
NO_QUANTITIES = ("two", "1,5", "1.0005", "", "9" * 16)
QUANTITIES = (
    *(str(pieces) for pieces in range(WEIGHED)),
    *(f"{grams // 1000}.{grams % 1000:03d}" for grams in range(len(GRAMS.weights))),
    "-1",
    *NO_QUANTITIES,
)
#: What each of them takes from stock, in thousandths of a unit.
THOUSANDTHS = np.concatenate(
    [1000 * np.arange(WEIGHED), np.arange(RETURNED - WEIGHED), [0] * 6]
)
_HOURS, _PIECES = Table(HOURS * 1000), Table(PIECES * 1000)


@dataclass
class Orders:
    """Orders of one store and date; lines lie one after the other, order by order.

    Attributes:
        number: of each order, within store and date, as text.
        second: from midnight, UTC; past the 24th hour it is no time.
        size: lines of each order.
        sku: of each line, counted from 0.
        quantity: of each line, its position in ``QUANTITIES``.
    """

    number: NDArray[np.bytes_]
    second: Ints
    size: Ints
    sku: Ints
    quantity: Ints


def expected_orders(retailer: Retailer, store: int, day: date) -> float:
    """Orders of the store on such a day, on average."""
    summer = SUMMER[retailer.region(store)][0 if 6 <= day.month <= 8 else 1]
    weekday = WEEKDAYS[int(store % 3 == 2)][day.weekday()]
    season = weekday * MONTHS[day.month - 1] * summer / 1_000_000_000
    return float(retailer.size.orders * retailer.store_share[store] * season)


def orders_of(
    retailer: Retailer, store: int, day: date, *, collapsed: bool = False
) -> Iterator[Orders]:
    """The store's orders of the date by their time, some thousands at a time."""
    stream = Stream(retailer.seed, 1, day.toordinal(), store)
    mean = expected_orders(retailer, store, day) / (10 if collapsed else 1)
    least, table = poisson(mean)
    count = least + int(table.draw(stream, 1)[0])
    hour = OPENS_AT + _HOURS.draw(stream, count)
    second = np.sort(hour * 3600 + stream.below(3600, count))
    size = BASKET.draw(stream, count)
    number = digits(np.arange(1, count + 1), max(6, len(str(count))))
    skus = sku_table(retailer, retailer.region(store), day)
    ends = np.cumsum(size)
    first = 0
    while first < count:
        done = int(ends[first - 1]) if first else 0
        last = int(np.searchsorted(ends, done + _CHUNK, side="right"))
        last = max(last, first + 1)
        lines = int(ends[last - 1]) - done
        sku = skus.draw(stream, lines)
        quantity = _PIECES.draw(stream, lines)
        weighed = np.flatnonzero(retailer.weighed[sku])
        quantity[weighed] = WEIGHED + GRAMS.draw(stream, len(weighed))
        part = slice(first, last)
        yield Orders(number[part], second[part], size[part], sku, quantity)
        first = last


def promoted(retailer: Retailer, day: date) -> Ints:
    """SKUs whose price is a fifth lower in the week of the date."""
    week = (day.toordinal() - 1) // 7
    skus = np.arange(retailer.size.skus)
    return np.flatnonzero((7 * skus + 3 * week) % _PROMOTED_OF == 0)


def spiking(retailer: Retailer, day: date) -> Ints:
    """SKU that sells eight times as much on the date: one every 28th day, else none."""
    turn, rest = divmod(day.toordinal(), SPIKE_EVERY)
    ordinary = retailer.size.skus - SPECIAL_SKUS
    rank = ordinary // 10 + turn % max(ordinary // 5, 1)
    by_rank = np.argsort(-retailer.popularity, kind="stable")
    return by_rank[[rank]] if rest == SPIKE_ON else by_rank[:0]


@lru_cache(maxsize=16)
def sku_table(retailer: Retailer, region: int, day: date) -> Table:
    """How likely each SKU is in a line: popularity by region, season, promotion."""
    weights = retailer.popularity * np.where(retailer.home == region, 1400, 867) // 1000
    weights = weights * (1000 + 300 * _season(retailer, day) // 1000) // 1000
    weights[promoted(retailer, day)] *= 3
    weights[spiking(retailer, day)] *= 8
    return Table(weights)


@lru_cache(maxsize=16)
def prices(retailer: Retailer, region: int, day: date) -> Ints:
    """Sale price of each SKU in cents; dearer in some regions, cheaper in season.

    The last two are of an unknown SKU and of none.
    """
    cents = retailer.cents * PRICE_LEVELS[region] // 1000
    cents = cents * (1000 - 50 * _season(retailer, day) // 1000) // 1000
    cents[promoted(retailer, day)] = cents[promoted(retailer, day)] * 4 // 5
    # What is not known costs something, too, and so does no SKU at all.
    return np.append(cents.clip(1), [999, 999])


def digits(values: Ints, width: int) -> NDArray[np.bytes_]:
    """Whole numbers as text of that width, with zeros before them."""
    text = np.empty((len(values), width), np.uint8)
    rest = values.astype(np.int64)
    for place in range(width - 1, -1, -1):
        rest, digit = np.divmod(rest, 10)
        text[:, place] = digit + ord("0")
    return text.view(f"S{width}").reshape(len(values))


def _season(retailer: Retailer, day: date) -> Ints:
    return _SEASON[(day.month - 1 - retailer.peak) % 12]
