"""What goes wrong: a few honest defects every day, and a chosen share of any kind.

The daily ones are few enough to be looked at: each is there so that somebody new sees
what the pipeline says about it. The shares are for tests, which hold what the pipeline
found against what was damaged.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from ingestion.generator.chance import Stream
from ingestion.generator.demand import (
    NO_QUANTITIES,
    RETURNED,
    WEIGHED,
    Orders,
    prices,
)
from ingestion.generator.retailer import Retailer
from ingestion.generator.tills import TAB_TILL, TILLS, Sale, Till
from ingestion.generator.words import store_id

_IN_WORDS = RETURNED + 1
_WITH_COMMA = RETURNED + 2
_ONE_AND_A_HALF = WEIGHED + 1500
_CLOSING_TIME = 21 * 3600
#: A second of a day that has no such second.
_NO_TIME = 25 * 3600

#: Damage to a line: a quantity that is none, one each, or a SKU that is none.
LINE_DAMAGES = (*(f"quantity {text!r}" for text in NO_QUANTITIES), "no SKU")
#: Damage to a whole order; rows of the last two are accepted, and count once.
ORDER_DAMAGES = ("no time", "sent twice", "sent again with another quantity")
#: Damage to a file, and why the gate does not take it.
FILE_DAMAGES = {
    "blank": "source-error",
    "utf-16": "encoding-error",
    "cut off": "compression-error",
    "extension": "format-error",
    "unfinished": None,
    "without a column": "missing-label",
    "sent twice": "duplicate",
}


def odd_orders(retailer: Retailer, store: int) -> Orders:
    """Orders that a store appends to its ordinary ones; most stores have none."""
    stores = retailer.size.stores
    if store > 2:
        return _orders([])
    first, second = np.argsort(-retailer.popularity, kind="stable")[:2].tolist()
    unrecorded, _, discontinued, unsupplied = retailer.specials
    unknown = retailer.size.skus
    orders: list[tuple[str, list[tuple[int, int]]]] = []
    if store == 0:  # one order as it was, and one with another quantity
        orders += [("X01", [(first, 2)])] * 2
        orders += [("X02", [(second, 3)]), ("X02", [(second, 5)])]
    if store == 1 % stores:  # demand for what cannot be ordered, or looks wrong
        skus = (discontinued, unsupplied, unrecorded, unknown)
        orders.append(("X03", [(sku, 7) for sku in skus]))
        orders.append(("X05", [(second, _ONE_AND_A_HALF)]))
    if store == 2 % stores:  # no machine can count it; the rest of the file counts
        orders.append(("X04", [(first, _IN_WORDS)]))
    return _orders(orders)


def is_silent(retailer: Retailer, store: int, day: date) -> bool:
    """Whether the store is closed: the last one, every third day."""
    last = retailer.size.stores - 1
    return store == last > 0 and day.toordinal() % 3 == 1


def has_collapsed(store: int, day: date) -> bool:
    """Whether the store sells a tenth: the fifth one, each 28 days (2026-01-03)."""
    return store == 4 and day.toordinal() % 28 == 27


def extra_files(
    retailer: Retailer, store: int, day: date
) -> list[tuple[str, Till, Sale, Orders]]:
    """Files that a store sends beside its ordinary one, with their names.

    Every row of the first is refused, for its decimal commas, and so is the file. The
    second has an order that lay in a till for ten days. The third is nothing wrong: a
    counter's till that writes columns of its own, every day.
    """
    found: list[tuple[str, Till, Sale, Orders]] = []
    sku = int(np.argmax(retailer.popularity))
    site = store_id(store)
    sale = Sale(site, day, prices(retailer, retailer.region(store), day))
    if store == 3 % retailer.size.stores and day.toordinal() % 3 == 2:
        orders = _orders([(f"X8{n}", [(sku, _WITH_COMMA)]) for n in range(3)])
        found.append((f"{site} evening.csv", TILLS["semicolons"], sale, orders))
    if store == 0 and day.toordinal() % 3 == 0:
        old, orders = day - timedelta(days=10), _orders([("X09", [(sku, 2)])])
        found.append((f"{site} late.csv", TILLS["csv"], replace(sale, day=old), orders))
    if store == 5 % retailer.size.stores:
        orders = _orders([("X71", [(sku, 1)]), ("X72", [(sku, 2)])])
        found.append((f"tabtill_{site}_{day:%Y%m%d}.csv", TAB_TILL, sale, orders))
    return found


def damage_orders(
    orders: Orders, skus: int, chance: Stream, share: float, truth: Counter[str]
) -> Orders:
    """A share of the lines damaged, and of the orders a ninth of it.

    ``truth`` counts the lines by damage. An order that is damaged, or comes again, has
    no other damage.
    """
    owner = np.repeat(np.arange(len(orders.size)), orders.size)
    kind = chance.below(len(ORDER_DAMAGES), len(orders.size))
    kind[chance.words(len(kind)) >= share / 9 * 2**32] = -1
    second = np.where(kind == 0, _NO_TIME, orders.second)
    for number, damage in enumerate(ORDER_DAMAGES):
        truth[damage] += int(orders.size[kind == number].sum())
    sku, quantity = orders.sku.copy(), orders.quantity.copy()
    hit = np.flatnonzero((chance.words(len(sku)) < share * 2**32) & (kind[owner] < 0))
    damages = chance.below(len(LINE_DAMAGES), len(hit)).tolist()
    for line, damage in zip(hit.tolist(), damages, strict=True):
        truth[LINE_DAMAGES[damage]] += 1
        if damage < len(NO_QUANTITIES):
            quantity[line] = RETURNED + 1 + damage
        else:
            sku[line] = skus + 1
    again, lines = np.flatnonzero(kind > 0), kind[owner] > 0
    changed = np.where(quantity[lines] == 1, 2, 1)
    copied = np.where(kind[owner][lines] == 2, changed, quantity[lines])
    truth += Counter()  # leaves out what did not happen
    return Orders(
        np.concatenate([orders.number, orders.number[again]]),
        np.concatenate([second, second[again]]),
        np.concatenate([orders.size, orders.size[again]]),
        np.concatenate([sku, sku[lines]]),
        np.concatenate([quantity, copied]),
    )


def damage_file(path: Path, chance: Stream) -> str:
    """Damage a file that was written; what was done to it."""
    possible = ["extension", "unfinished", "sent twice"]
    possible += ["cut off"] if path.suffix == ".gz" else ["blank", "utf-16"]
    possible += ["without a column"] if path.suffix == ".csv" else []
    damage = possible[int(chance.below(len(possible), 1)[0])]
    content = path.read_bytes()
    if damage == "extension":
        path.rename(path.with_name(f"{path.name}.txt"))
    elif damage == "unfinished":
        path.rename(path.with_name(f"{path.name}.part"))
    elif damage == "sent twice":
        path.with_name(f"z {path.name}").write_bytes(content)
    elif damage == "blank":
        path.write_bytes(b" " * len(content))
    elif damage == "utf-16":
        path.write_bytes(b"\xff\xfe" + content.decode().encode("utf-16-le"))
    elif damage == "cut off":
        path.write_bytes(content[:-9])
    else:
        path.write_bytes(content.replace(b"sku_id", b"article", 1))
    return damage


def _orders(orders: list[tuple[str, list[tuple[int, int]]]]) -> Orders:
    """Orders at closing time, each with its lines: SKU and quantity."""
    lines = [line for _, some in orders for line in some]
    return Orders(
        np.array([number.encode() for number, _ in orders], dtype="S6"),
        _CLOSING_TIME + 60 * np.arange(len(orders)),
        np.array([len(some) for _, some in orders], dtype=np.int64),
        np.array([sku for sku, _ in lines], dtype=np.int64),
        np.array([quantity for _, quantity in lines], dtype=np.int64),
    )
