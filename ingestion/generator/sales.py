"""What the shops of a date sell and send: ordinary orders, and what was wished for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from ingestion.generator import defects
from ingestion.generator.chance import Ints, Stream
from ingestion.generator.demand import RETURNED, THOUSANDTHS, Orders, orders_of
from ingestion.generator.retailer import Retailer
from ingestion.generator.tills import TILLS
from ingestion.lake import Lake

#: Dates whose sales are kept: those that a snapshot and deliveries look back to.
_KEPT_DATES = 8


@dataclass(frozen=True)
class Wishes:
    """What a date shall have beside ordinary orders; shares from 0 to 1.

    Attributes:
        defects: the few of every day.
        damaged: share of order lines that are damaged.
        damaged_files: share of order files that are damaged.
        returns: share of lines with a quantity of -1.
        cancelled: share of lines with a quantity of 0.
        receipts: whether deliveries are written as files.
        makes: of till, which the stores have in turns.
        lake: whose published orders are delivered; without one every SKU is filled
            up each few days.
    """

    defects: bool = True
    damaged: float = 0
    damaged_files: float = 0
    returns: float = 0
    cancelled: float = 0
    receipts: bool = False
    makes: tuple[str, ...] = tuple(TILLS)
    lake: Lake | None = None


@dataclass
class Sales:
    """What a retailer's stores sell, date by date.

    A date that was sent is not drawn again for the stock of the dates after it.
    """

    retailer: Retailer
    wishes: Wishes
    _units: dict[date, Ints] = field(default_factory=dict)

    def sent(
        self, store: int, day: date, chance: Stream, rows: Counter[str]
    ) -> Iterator[Orders]:
        """A store's orders as its file has them; ``rows`` counts all, and by damage."""
        known, damaged = self.retailer.size.skus, self.wishes.damaged
        for some in self._orders(store, day):
            if damaged:
                some = defects.damage_orders(some, known, chance, damaged, rows)
            rows["lines"] += len(some.sku)
            yield some
        odd = defects.odd_orders(self.retailer, store) if self.wishes.defects else None
        if odd and len(odd.size):
            rows["lines"] += len(odd.sku)
            yield odd

    def begin(self, day: date) -> None:
        """Every store's orders of the date are going to be sent."""
        size = self.retailer.size
        self._units[day] = np.zeros((size.warehouses, size.skus), np.int64)
        self._units = dict([*self._units.items()][-_KEPT_DATES:])

    def sold(self, day: date) -> Ints:
        """Thousandths of units by warehouse and SKU; what comes back is thrown away.

        The odd orders of the day's defects are left out.
        """
        if day not in self._units:
            self.begin(day)
            for store in range(self.retailer.size.stores):
                for _ in self._orders(store, day):
                    pass
        return self._units[day]

    def _orders(self, store: int, day: date) -> Iterator[Orders]:
        """Ordinary orders, with what customers brought back or did not take."""
        retailer, wishes = self.retailer, self.wishes
        units = self._units[day][retailer.warehouse(store)]
        if wishes.defects and defects.is_silent(retailer, store, day):
            return
        chance = Stream(retailer.seed, 3, day.toordinal(), store)
        collapsed = wishes.defects and defects.has_collapsed(store, day)
        for some in orders_of(retailer, store, day, collapsed=collapsed):
            if wishes.returns or wishes.cancelled:
                drawn = chance.words(len(some.sku))
                some.quantity[drawn < wishes.returns * 2**32] = RETURNED
                some.quantity[drawn >= (1 - wishes.cancelled) * 2**32] = 0
            # Whole numbers below 2**53: exact, in any order.
            added = np.bincount(some.sku, THOUSANDTHS[some.quantity], len(units))
            units += added.astype(np.int64)
            yield some
