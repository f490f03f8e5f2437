"""The made-up retailer in numbers: stores, SKUs, suppliers and what they are like.

Made from a seed and a size alone; what things are called stands in ``words``.
docs/generator.md has the distributions and where their parameters come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ingestion.generator.chance import (
    GRID,
    STEPS,
    Floats,
    Ints,
    Stream,
    exponentials,
    mapped,
    normal,
)
from ingestion.generator.words import ARTICLES, REGIONS

#: SKUs at the end of the list that are wrong in one way each; see below.
SPECIAL_SKUS = 4
#: Lines of an order: log-normal, median 4.8, log sd 1.15, cut off above 115.
BASKET = mapped(np.rint(4.8 * exponentials(1.0011236777282788)).astype(int), 1, 115)
MEAN_LINES = int((BASKET.weights * np.arange(len(BASKET.weights))).sum()) / int(
    BASKET.weights.sum()
)
#: Days from order to delivery: normal N(3, 2), cut off below 0.5, in whole days.
LEAD_TIME = mapped((3 * STEPS + 2 * GRID + STEPS // 2) // STEPS, 1, 14)
#: Cents at each step of the normal grid: log-normal, median 3.49, log sd 0.8.
_CENTS = np.rint(349 * exponentials(1.0007815552552697)).astype(np.int64)
#: Size of a store against the others: log-normal, log sd 0.4.
_STORE_SIZES = np.rint(10_000 * exponentials(1.0003907013038804)).astype(np.int64)
#: Pearson correlation of the normal scores of popularity and price, in thousandths:
#: a rank correlation of -0.2.
_PRICE_BY_POPULARITY = -209
_PACKS = np.array([1, 6, 6, 10, 12, 24])


@dataclass(frozen=True)
class Size:
    """How large the retailer is; ``orders`` on an average day."""

    stores: int = 8
    skus: int = 60
    orders: float = 300
    warehouses: int = 3
    suppliers: int = 6


@dataclass(frozen=True, eq=False)
class Retailer:
    """All that does not change from day to day; one element per store or SKU.

    SKUs are counted from 0, and the last ``SPECIAL_SKUS`` are in no ordinary order:
    one that no warehouse counts, one with less than nothing in a warehouse, one that
    is discontinued, one that nobody supplies. The number after the last is a SKU that
    the tills know and the master data does not.

    Attributes:
        store_share: of the chain's orders; all together 1.
        popularity: weight among a day's lines, before region, season and promotions.
        cents: sale price of a unit, before them.
        cost_cents: price of a unit from its suppliers.
        article: position in ``words.ARTICLES``.
        weighed: sold by weight.
        home: region that likes it most.
        peak: month, from 0, of its season.
        daily: thousandths of units that the chain sells on an average day.
        pack: thousandths of units in the supplier's carton.
        moq: units.
        suppliers: first and second choice, counted from 0; -1 is none.
        lead_days: of each supplier.
        minimums: least value of an order of each supplier.
    """

    seed: int
    size: Size
    store_share: Floats
    popularity: Ints
    cents: Ints
    cost_cents: Ints
    article: Ints
    weighed: NDArray[np.bool_]
    home: Ints
    peak: Ints
    daily: Ints
    pack: Ints
    moq: Ints
    suppliers: Ints
    lead_days: Ints
    minimums: Ints

    @property
    def specials(self) -> tuple[int, int, int, int]:
        """SKUs: unrecorded, miscounted, discontinued, unsupplied."""
        last = self.size.skus
        return last - 4, last - 3, last - 2, last - 1

    def region(self, store: int) -> int:
        """Position in ``words.REGIONS``; stores take turns, and so do warehouses."""
        return store % len(REGIONS)

    def warehouse(self, store: int) -> int:
        """Warehouse that serves the store."""
        return store % self.size.warehouses


@lru_cache(maxsize=2)
def build_retailer(seed: int, size: Size) -> Retailer:
    """The retailer of a seed and size; no clock, no state."""
    stream, skus = Stream(seed, 0), size.skus
    liking, own = normal(stream, skus), normal(stream, skus)
    popularity = np.zeros(skus, np.int64)
    order = np.argsort(-liking[:-SPECIAL_SKUS], kind="stable")
    popularity[order] = zipf(skus - SPECIAL_SKUS)
    step = (_PRICE_BY_POPULARITY * liking + 978 * own) // 1000
    step = step.clip(-3 * STEPS, 3 * STEPS)
    # A dear article has a dear name: names are sorted by their usual price.
    article = np.argsort(np.argsort(step, kind="stable")) * len(ARTICLES) // skus
    weighed = np.array([unit == "KG" for _, unit in ARTICLES])[article]
    cents = _CENTS[step + len(_CENTS) // 2]
    pack = _PACKS[stream.below(len(_PACKS), skus)]
    suppliers = np.stack(
        [stream.below(size.suppliers, skus), stream.below(2 * size.suppliers, skus)]
    )
    # Every other SKU has a second choice.
    suppliers[1][(suppliers[1] >= size.suppliers) | (suppliers[1] == suppliers[0])] = -1
    suppliers[:, -1] = -1
    store_sizes = _STORE_SIZES[normal(stream, size.stores) + len(_STORE_SIZES) // 2]
    lines = size.orders * MEAN_LINES / max(int(popularity.sum()), 1)
    return Retailer(
        seed=seed,
        size=size,
        store_share=store_sizes / int(store_sizes.sum()),
        popularity=popularity,
        cents=cents,
        cost_cents=(cents * (50 + stream.below(35, skus)) // 100).clip(1),
        article=article,
        weighed=weighed,
        home=stream.below(len(REGIONS), skus),
        peak=stream.below(12, skus),
        daily=(popularity * lines * np.where(weighed, 480, 1294)).astype(np.int64),
        pack=np.where(weighed, 2500, pack * 1000),
        moq=pack * stream.below(4, skus),
        suppliers=suppliers,
        lead_days=LEAD_TIME.draw(stream, size.suppliers),
        minimums=(5 + stream.below(15, size.suppliers)) * 10,
    )


def zipf(skus: int) -> Ints:
    """Weight by rank: rank ** -21/32 with the tail cut by (1 - rank / skus) ** 3.

    The exponent is a sum of halves of halves, so that roots give the power exactly.
    """
    half = np.sqrt(np.arange(1, skus + 1))
    eighth = np.sqrt(np.sqrt(half))
    left = 1 - np.arange(skus) / skus
    weights = left * left * left / (half * eighth * np.sqrt(np.sqrt(eighth)))
    scaled: Ints = (weights * 2**24).astype(np.int64)
    return scaled
