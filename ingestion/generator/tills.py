"""How each make of till writes its orders: JSON and CSV, as shops really send them.

Rows are put together from pieces of text, all rows at once: each piece fills a field
of fixed width up with NUL bytes, and those are taken out at the end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ingestion.generator.chance import Ints
from ingestion.generator.demand import QUANTITIES, Orders, digits
from ingestion.generator.words import sku_id

Texts = NDArray[np.bytes_]


@dataclass(frozen=True)
class Sale:
    """What the lines of one file have in common; ``cents`` is each SKU's price."""

    store_id: str
    day: date
    cents: Ints


Writer = Callable[[BinaryIO, Sale, Iterable[Orders]], None]


@dataclass(frozen=True)
class Till:
    """A make of till: what its files are called and how it writes them.

    A name that ends in .gz is compressed by whoever opens the file.
    """

    suffix: str
    write: Writer


def _json(
    opening: bytes, between: bytes, closing: bytes, empty: bytes,
    stream: BinaryIO, sale: Sale, orders: Iterable[Orders],
) -> None:  # fmt: skip
    """Orders as objects; local time with its offset: that is what tills know."""
    ids, written = _sku_ids(len(sale.cents)), False
    for some in orders:
        before = np.full(len(some.size), between, "S4")
        before[:1] = between if written else opening
        head = _row(
            before, b'{"order_id": "', _order_id(sale, some),
            b'", "store_id": "', sale.store_id.encode(), b'", "pos_id": "', _till(some),
            f'", "ordered_at": "{sale.day}T'.encode(), _clock()[some.second + 3600],
            b'+01:00", "lines": [{"line_number": ',
        )  # fmt: skip
        starts = np.cumsum(some.size) - some.size
        lines = np.full(len(some.sku), b', {"line_number": ', head.dtype)
        lines[starts] = head
        ends = np.full(len(some.sku), b"}", "S3")
        ends[starts + some.size - 1] = b"}]}"
        row = _row(
            lines, _line_number(some), b', "sku_id": "', ids[some.sku],
            b'", "quantity": ', _quantities(True)[some.quantity],
            b', "unit_price": ', _prices()[sale.cents[some.sku]], ends,
        )  # fmt: skip
        _write(stream, row)
        written = True
    stream.write(closing if written else empty)


def _csv_comma(stream: BinaryIO, sale: Sale, orders: Iterable[Orders]) -> None:
    """As the contract has it, with times in UTC."""
    stream.write(
        b"order_id,store_id,pos_id,ordered_at,line_number,sku_id,quantity,unit_price\n"
    )
    ids = _sku_ids(len(sale.cents))
    for some in orders:
        head = _row(
            _order_id(sale, some), f",{sale.store_id},".encode(), _till(some),
            f",{sale.day}T".encode(), _clock()[some.second], b"Z,",
        )  # fmt: skip
        row = _row(
            np.repeat(head, some.size), _line_number(some), b",", ids[some.sku], b",",
            _quantities(False)[some.quantity], b",", _prices()[sale.cents[some.sku]],
            b"\n",
        )  # fmt: skip
        _write(stream, row)


def _csv_semicolon(stream: BinaryIO, sale: Sale, orders: Iterable[Orders]) -> None:
    """A byte order mark, CR LF, another column order, a column of its own, no price."""
    header = "store_id;order_id;line_number;ordered_at;sku_id;quantity;cashier\r\n"
    stream.write(header.encode("utf-8-sig"))
    ids = _sku_ids(len(sale.cents))
    for some in orders:
        head = _row(f"{sale.store_id};".encode(), _order_id(sale, some), b";")
        at = _row(f";{sale.day} ".encode(), _clock()[some.second], b";")
        row = _row(
            np.repeat(head, some.size), _line_number(some), np.repeat(at, some.size),
            ids[some.sku], b";", _quantities(False)[some.quantity],
            ';"Müller; '.encode(), np.repeat(_till(some), some.size), b'"\r\n',
        )  # fmt: skip
        _write(stream, row)


def _csv_tabs(stream: BinaryIO, sale: Sale, orders: Iterable[Orders]) -> None:
    """As the sender tab-till: local time, a total row, the store in the name only."""
    stream.write(b"RECEIPT\tSOLD\tLINE\tITEM\tQTY\tPRICE\n")
    ids = _sku_ids(len(sale.cents))
    for some in orders:
        head = _row(
            _order_id(sale, some), f"\t{sale.day} ".encode(),
            _clock()[some.second + 3600], b"\t",
        )  # fmt: skip
        row = _row(
            np.repeat(head, some.size), _line_number(some), b"\t", ids[some.sku],
            b"\t", _quantities(False)[some.quantity], b"\t",
            _prices()[sale.cents[some.sku]], b"\n",
        )  # fmt: skip
        _write(stream, row)
    stream.write(b"TOTAL\t\t\t\t\t\n")


def _row(*parts: bytes | Texts) -> Texts:
    """One text per row: the parts side by side; bytes are the same in every row."""
    count = next(len(part) for part in parts if not isinstance(part, bytes))
    fields = [
        (str(place), f"S{len(part)}" if isinstance(part, bytes) else part.dtype)
        for place, part in enumerate(parts)
    ]
    rows = np.empty(count, fields)
    for place, part in enumerate(parts):
        rows[str(place)] = part
    return rows.view(f"S{rows.dtype.itemsize}")


def _write(stream: BinaryIO, rows: Texts) -> None:
    stream.write(rows.tobytes().translate(None, b"\0"))


def _order_id(sale: Sale, orders: Orders) -> Texts:
    return _row(f"{sale.store_id}-{sale.day:%Y%m%d}-".encode(), orders.number)


def _till(orders: Orders) -> Texts:
    return np.array([b"T1", b"T2", b"T3"])[orders.second % 3]


def _line_number(orders: Orders) -> Texts:
    starts = np.cumsum(orders.size) - orders.size
    numbers = np.arange(len(orders.sku)) - np.repeat(starts, orders.size)
    return _counted()[numbers]


@lru_cache(maxsize=1)
def _counted() -> Texts:
    return np.array([str(number).encode() for number in range(1, 1000)])


@lru_cache(maxsize=1)
def _clock() -> Texts:
    """Time of day of each second; what is no time from 86,400 on."""
    second = np.arange(27 * 3600)
    parts = (second // 3600, second // 60 % 60, second % 60)
    hour, minute, rest = (digits(part, 2) for part in parts)
    return _row(hour, b":", minute, b":", rest)


@lru_cache(maxsize=1)
def _prices() -> Texts:
    """Of so many cents, up to more than any SKU costs."""
    return np.array([f"{n // 100}.{n % 100:02d}".encode() for n in range(10_000)])


@lru_cache(maxsize=2)
def _quantities(is_json: bool) -> Texts:
    texts = [
        text if not is_json or text.lstrip("-").replace(".", "").isdigit()
        else json.dumps(text)
        for text in QUANTITIES
    ]  # fmt: skip
    return np.array([text.encode() for text in texts])


@lru_cache(maxsize=2)
def _sku_ids(count: int) -> Texts:
    """Of every SKU, of one that is not known, and none."""
    return np.array([*(sku_id(sku).encode() for sku in range(count - 1)), b""])


#: A make that writes other columns than the contract; its files have their own names.
TAB_TILL = Till("csv", _csv_tabs)
#: By make; stores take turns.
TILLS = {
    "jsonl": Till("jsonl", partial(_json, b"", b"\n", b"\n", b"")),
    "json": Till("json", partial(_json, b"[\n  ", b",\n  ", b"\n]\n", b"[]\n")),
    "csv": Till("csv", _csv_comma),
    "semicolons": Till("csv", _csv_semicolon),
    "jsonl.gz": Till("jsonl.gz", partial(_json, b"", b"\n", b"\n", b"")),
}
