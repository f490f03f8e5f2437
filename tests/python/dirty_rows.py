"""Rows of dirty files as text, and as the typed values that have to come of them."""

from __future__ import annotations

from dirty_case import ID, PAD, DirtyFile, Refusal, Row

COLUMNS = "order_id,store_id,pos_id,ordered_at,line_number,sku_id,quantity,unit_price"
CSV_ROW = f"{ID},S1,P1,2026-01-01T10:00:00+01:00,1,A,2,3.20"

LINE = {"line_number": "1", "sku_id": '"A"', "quantity": "2", "unit_price": "3.20"}
HEADER = {
    "order_id": f'"{ID}"',
    "store_id": '"S1"',
    "pos_id": '"P1"',
    "ordered_at": '"2026-01-01T10:00:00+01:00"',
}


def json_object(members: dict[str, str]) -> str:
    return "{" + ",".join(f'"{key}":{text}' for key, text in members.items()) + "}"


def order_line(**keys: str) -> str:
    return json_object({key: text for key, text in {**LINE, **keys}.items() if text})


def json_order(*lines: str, **keys: str) -> str:
    header = {key: text for key, text in {**HEADER, **keys}.items() if text}
    return json_object({**header, "lines": f"[{','.join(lines or [order_line()])}]"})


def order_row(
    line: str | None = "1",
    sku: str = "A",
    quantity: str = "2.000",
    price: str | None = "3.2000",
    at: str = "2026-01-01 09:00:00",
    order: str = ID,
    store: str = "S1",
    pos: str | None = "P1",
) -> Row:
    return order, store, pos, at, line, sku, quantity, price


_PAD_JSON = json_order(
    *(order_line(line_number=str(number + 1)) for number in range(PAD)),
    order_id='"PAD"',
)


def json_file(
    name: str,
    content: str | bytes,
    rows: tuple[Row, ...] = (),
    refused: tuple[Refusal, ...] = (),
) -> DirtyFile:
    """A file of lines, the first of them good."""
    dirty = content if isinstance(content, bytes) else content.encode()
    return DirtyFile(
        f"{name}.jsonl", f"{_PAD_JSON}\n".encode() + dirty, "orders", PAD, rows, refused
    )
