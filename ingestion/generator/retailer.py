"""The made-up retailer: stores, warehouses, suppliers, articles and their rules.

Built from a seed alone, in whole numbers: the same on every machine and Python.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random

from ingestion.generator.words import REGIONS, Words, article

#: Articles at the end of the list that are wrong in one way each; see below.
SPECIAL_SKUS = 4
WAREHOUSES = 3
#: Average units in an order line, for stock and safety stock of a sensible size.
UNITS_PER_LINE = 2


@dataclass(frozen=True)
class Size:
    """How large the retailer is, and what a day brings."""

    stores: int = 8
    skus: int = 60
    order_lines: int = 1500


@dataclass(frozen=True)
class Site:
    """A store or a warehouse."""

    site_id: str
    name: str
    region: str


@dataclass(frozen=True)
class Supplier:
    """A supplier; the minimum order value is in its currency."""

    supplier_id: str
    name: str
    lead_time_days: int
    min_order_value: str


@dataclass(frozen=True)
class Sku:
    """One article.

    Attributes:
        unit: EA (pieces) or KG (kilograms, sold by weight).
        pack_size: units in the carton that the supplier ships, as written.
        expected: units that a day's orders take, roughly.
        sale_price: for one unit, in a store.
        cost_price: for one unit, from the supplier.
        suppliers: first choice first; none when nobody delivers it.
    """

    sku_id: str
    name: str
    unit: str
    pack_size: str
    status: str
    expected: int
    sale_price: str
    cost_price: str
    moq: int
    suppliers: tuple[Supplier, ...]


@dataclass(frozen=True)
class Retailer:
    """All that does not change from day to day.

    Attributes:
        skus: every article; the last ``SPECIAL_SKUS`` are in no ordinary order.
        popular: the articles of ordinary orders.
        weights: cumulated popularity of those, for ``Random.choices``.
    """

    seed: int
    size: Size
    stores: tuple[Site, ...]
    warehouses: tuple[Site, ...]
    suppliers: tuple[Supplier, ...]
    skus: tuple[Sku, ...]
    popular: tuple[Sku, ...]
    weights: tuple[int, ...]

    @property
    def unrecorded(self) -> Sku:
        """Article that no warehouse counts, so that no snapshot names it."""
        return self.skus[-4]

    @property
    def miscounted(self) -> Sku:
        """Article with less than nothing in one warehouse."""
        return self.skus[-3]

    @property
    def discontinued(self) -> Sku:
        """Article that is not ordered any more, and still sold."""
        return self.skus[-2]

    @property
    def unsupplied(self) -> Sku:
        """Article that no supplier delivers."""
        return self.skus[-1]

    @property
    def unknown_sku_id(self) -> str:
        """Article that the tills know and the master data does not."""
        return _sku_id(len(self.skus) + 1)


def build_retailer(seed: int, size: Size) -> Retailer:
    """The retailer of a seed and size; no clock, no state."""
    random = Random(f"retailer/{seed}")  # noqa: S311  # made-up data
    words = Words(seed)
    suppliers = _suppliers(random, words, size)
    popularity = _popularity(random, size.skus)
    expected = _expected(popularity, size)
    skus = [_sku(random, n, units, suppliers) for n, units in enumerate(expected)]
    skus[-2] = replace(skus[-2], status="discontinued")
    skus[-1] = replace(skus[-1], suppliers=())
    return Retailer(
        seed=seed,
        size=size,
        stores=_sites(words, "S", size.stores),
        warehouses=_sites(words, "W", WAREHOUSES),
        suppliers=suppliers,
        skus=tuple(skus),
        popular=tuple(skus[:-SPECIAL_SKUS]),
        weights=tuple(accumulate(popularity[:-SPECIAL_SKUS])),
    )


def _sites(words: Words, prefix: str, count: int) -> tuple[Site, ...]:
    return tuple(
        Site(f"{prefix}{number:03d}", words.town(), REGIONS[number % len(REGIONS)])
        for number in range(1, count + 1)
    )


def _suppliers(random: Random, words: Words, size: Size) -> tuple[Supplier, ...]:
    count = max(3, min(size.skus // 10, 200))
    minimums = [str(random.randrange(5, 20) * 10) for _ in range(count)]
    # More than a day's need is worth: its order waits for a person's decision.
    minimums[-1] = "25000"
    return tuple(
        Supplier(
            f"SUP-{number:03d}",
            words.company(),
            random.randrange(1, 8),
            f"{minimum}.00",
        )
        for number, minimum in enumerate(minimums, start=1)
    )


def _popularity(random: Random, skus: int) -> list[int]:
    """A few articles sell a lot and most a little: weight 1 / rank, times 100,000."""
    weights = [100_000 // (rank + 5) for rank in range(skus)]
    random.shuffle(weights)
    return weights


def _expected(popularity: list[int], size: Size) -> list[int]:
    units, total = size.order_lines * UNITS_PER_LINE, sum(popularity)
    return [1 + units * weight // total for weight in popularity]


def _sku(
    random: Random, number: int, expected: int, suppliers: tuple[Supplier, ...]
) -> Sku:
    name, unit = article(number)
    cost = random.randrange(40, 1500)
    choices = random.sample(suppliers, k=2)
    pack = random.choice((1, 6, 6, 10, 12, 24))
    return Sku(
        sku_id=_sku_id(number + 1),
        name=name,
        unit=unit,
        pack_size="2.5" if unit == "KG" else str(pack),
        status="active",
        expected=expected,
        sale_price=_money(cost * random.randrange(120, 190) // 100),
        cost_price=_money(cost),
        moq=pack * random.randrange(0, 4),
        suppliers=tuple(choices[: random.randrange(1, 3)]),
    )


def _sku_id(number: int) -> str:
    return f"SKU-{number:05d}"


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
