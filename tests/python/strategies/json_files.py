"""Orders as JSON: lines, one array or one object, keys in any order."""

from __future__ import annotations

from collections.abc import Sequence

from oracle import OrderLine
from strategies.handwriting import UNREADABLE_PRICES, Handwriting
from strategies.scenario import OrderFile

_Header = tuple[str, str | None, str, str]


def json_orders(file: OrderFile) -> bytes:
    """The file before compression; malformed rows are orders of their own."""
    pen = Handwriting(file.seed)
    orders = [_order(header, lines, pen) for header, lines in _grouped(file.rows)]
    orders += [_bad_order(file.name, number, pen) for number in range(file.bad_rows)]
    if file.kind != "object" and (pen.chance(0.2) or _is_blank(file, orders)):
        orders.append(_order(("S1", None, "empty", "2026-01-01T10:00Z"), (), pen))
    start = "\ufeff" if pen.chance(0.2) else ""
    return (start + _document(file.kind, orders, pen)).encode()


def _is_blank(file: OrderFile, orders: Sequence[str]) -> bool:
    """JSON lines without any line would be a file without any byte."""
    return file.kind == "lines" and not orders


def _document(kind: str, orders: Sequence[str], pen: Handwriting) -> str:
    if kind == "array":
        blank = pen.choice(["", " ", "\n  ", "\r\n\t"])
        body = f",{blank}".join(orders)
        return f"[{blank}{body}{blank}]" + pen.choice(["\n", ""])
    end = pen.choice(["\n", "\r\n"])
    return end.join(orders) + ("" if pen.chance(0.3) else end)


def _grouped(
    rows: Sequence[OrderLine],
) -> list[tuple[_Header, Sequence[OrderLine]]]:
    orders: dict[_Header, list[OrderLine]] = {}
    for row in rows:
        header = (row.store_id, row.pos_id, row.order_id, row.ordered_at)
        orders.setdefault(header, []).append(row)
    return list(orders.items())


def _order(header: _Header, lines: Sequence[OrderLine], pen: Handwriting) -> str:
    elements = [_line(line, place, pen) for place, line in enumerate(lines, start=1)]
    return _order_of(header, elements, pen)


def _order_of(header: _Header, elements: Sequence[str], pen: Handwriting) -> str:
    store_id, pos_id, order_id, ordered_at = header
    keys = {
        "order_id": pen.json_id(order_id),
        "store_id": pen.json_id(store_id),
        "ordered_at": pen.json_string(ordered_at),
        "lines": "[" + ",".join(elements) + "]",
    }
    if pos_id is not None:
        keys["pos_id"] = pen.json_id(pos_id)
    elif pen.chance(0.5):
        keys["pos_id"] = pen.choice(["null", '""', '" "'])
    if pen.chance(0.2):
        keys["meta"] = '{"a":[1,2.50,{"b":null}],"note":"\\u00fc \\"x\\"\\n"}'
    return _object(keys, pen)


def _line(line: OrderLine, place: int, pen: Handwriting) -> str:
    number = str(line.line_number)
    keys = {
        "line_number": f'"{number}"' if pen.chance(0.2) else number,
        "sku_id": pen.json_id(line.sku_id),
        "quantity": pen.json_number(line.quantity),
    }
    if line.line_number == place and pen.chance(0.5):
        del keys["line_number"]
    price = pen.choice(
        ["", "null", "3.20", '"0"', "999999999.9999", UNREADABLE_PRICES[1]]
    )
    if price:
        keys["unit_price"] = price
    return _object(keys, pen)


def _bad_order(file_name: str, number: int, pen: Handwriting) -> str:
    """One order of one row that no contract lets pass."""
    bad = pen.choice(
        ['"quantity":1.0005', '"quantity":1e10', '"quantity":"+1"', '"x":1']
    )
    element = '{"line_number":1,"sku_id":"A",' + bad + "}"
    header = ("S1", None, f"bad-{number}", "2026-01-01T10:00:00Z")
    return _order_of(header, [element], pen)


def _object(keys: dict[str, str], pen: Handwriting) -> str:
    colon, comma = (":", ",") if not pen.chance(0.3) else (": ", ", ")
    pairs = [f'"{key}"{colon}{keys[key]}' for key in pen.order(list(keys))]
    return "{" + comma.join(pairs) + "}"
