"""How each make of till writes its orders: JSON and CSV, as shops really send them.

Every writer takes orders as they come and holds one at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from ingestion.generator.orders import Order

Writer = Callable[[BinaryIO, Iterable[Order]], int]


@dataclass(frozen=True)
class Till:
    """A make of till: what its files are called and how it writes them."""

    suffix: str
    write: Writer


def _json_lines(stream: BinaryIO, orders: Iterable[Order]) -> int:
    count = 0
    for order in orders:
        stream.write(f"{_json(order)}\n".encode())
        count += len(order.lines)
    return count


def _json_array(stream: BinaryIO, orders: Iterable[Order]) -> int:
    count, before = 0, "[\n"
    for order in orders:
        stream.write(f"{before}  {_json(order)}".encode())
        count, before = count + len(order.lines), ",\n"
    stream.write(b"[]\n" if before == "[\n" else b"\n]\n")
    return count


def _json(order: Order) -> str:
    """One object; local time with its offset, because that is what tills know."""
    lines = ", ".join(
        f'{{"line_number": {number}, "sku_id": "{line.sku_id}", '
        f'"quantity": {_number(line.quantity)}, '
        f'"unit_price": {_number(line.unit_price)}}}'
        for number, line in enumerate(order.lines, start=1)
    )
    return (
        f'{{"order_id": "{order.order_id}", "store_id": "{order.store_id}", '
        f'"pos_id": "{order.pos_id}", '
        f'"ordered_at": "{order.day}T{_clock(order.second + 3600)}+01:00", '
        f'"lines": [{lines}]}}'
    )


def _number(text: str) -> str:
    """The digits as they are; what is not a number, as a string."""
    return text if text.replace(".", "", 1).isdigit() else json.dumps(text)


def _csv_comma(stream: BinaryIO, orders: Iterable[Order]) -> int:
    """As the contract has it, with times in UTC."""
    stream.write(
        b"order_id,store_id,pos_id,ordered_at,line_number,sku_id,quantity,unit_price\n"
    )
    count = 0
    for order in orders:
        at = f"{order.day}T{_clock(order.second)}Z"
        head = f"{order.order_id},{order.store_id},{order.pos_id},{at}"
        for number, line in enumerate(order.lines, start=1):
            cells = f"{head},{number},{line.sku_id},{line.quantity},{line.unit_price}\n"
            stream.write(cells.encode())
        count += len(order.lines)
    return count


def _csv_semicolon(stream: BinaryIO, orders: Iterable[Order]) -> int:
    """A byte order mark, CR LF, another column order, a column of its own, no price."""
    header = "store_id;order_id;line_number;ordered_at;sku_id;quantity;cashier\r\n"
    stream.write(header.encode("utf-8-sig"))
    count = 0
    for order in orders:
        at = f"{order.day} {_clock(order.second)}"
        for number, line in enumerate(order.lines, start=1):
            head = f"{order.store_id};{order.order_id};{number};{at}"
            row = f'{head};{line.sku_id};{line.quantity};"Müller; {order.pos_id}"\r\n'
            stream.write(row.encode())
        count += len(order.lines)
    return count


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


#: The make of a store is its index modulo their number. A name that ends in .gz is
#: compressed by whoever opens the file.
TILLS = (
    Till("jsonl", _json_lines),
    Till("json", _json_array),
    Till("csv", _csv_comma),
    Till("csv", _csv_semicolon),
    Till("jsonl.gz", _json_lines),
)
#: Makes that write with a decimal comma when set up wrongly.
WRONGLY_SET_UP = TILLS[3]
