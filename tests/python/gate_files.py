"""Small files for the tests of the gate, and the gate applied to bytes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from unittest import mock

from ingestion.contracts import load_contracts
from ingestion.contracts.senders import Sender
from ingestion.gate.reading.validation import validate
from ingestion.gate.reading.verdict import Reject, Verdict

ORDER_COLUMNS = (
    "order_id,store_id,pos_id,ordered_at,line_number,sku_id,quantity,unit_price"
)
CSV_ROW = "O1,S1,P1,2026-01-01T10:00:00+01:00,1,A,2,3.20"
STOCK_COLUMNS = "warehouse_id,sku_id,snapshot_at,available,reserved,safety_stock"
LINE = '{"line_number":1,"sku_id":"A","quantity":2,"unit_price":3.20}'


def order(lines: str = f"[{LINE}]", order_id: str = '"O1"', **keys: str) -> str:
    """One order as JSON text; every argument is JSON text too."""
    header = {
        "order_id": order_id,
        "store_id": '"S1"',
        "pos_id": '"P1"',
        "ordered_at": '"2026-01-01T10:00:00+01:00"',
        **keys,
    }
    members = [f'"{name}":{value}' for name, value in header.items()]
    return "{" + ",".join([*members, f'"lines":{lines}']) + "}"


def line(**keys: str) -> str:
    """One element of ``lines`` as JSON text; an empty argument leaves a key out."""
    members = {"line_number": "1", "sku_id": '"A"', "quantity": "2", **keys}
    return (
        "{" + ",".join(f'"{key}":{text}' for key, text in members.items() if text) + "}"
    )


def csv_file(*rows: str, header: str = ORDER_COLUMNS, end: str = "\n") -> bytes:
    """A CSV file of a header and rows."""
    return "".join(f"{row}{end}" for row in (header, *rows)).encode()


@dataclass(frozen=True)
class Checked:
    """A verdict, what was landed, and what was refused."""

    verdict: Verdict
    landed: bytes
    rejects: list[Reject]

    @property
    def reasons(self) -> list[str]:
        """Reasons of the refused rows."""
        return [reject.reason for reject in self.rejects]

    @property
    def orders(self) -> list[dict[str, Any]]:
        """Landed JSON orders; numbers as they are written."""
        return [
            json.loads(text, parse_int=str, parse_float=str)
            for text in self.landed.splitlines()
        ]

    @property
    def rows(self) -> list[str]:
        """Landed CSV rows."""
        return self.landed.decode().splitlines()[1:]


def check(
    content: bytes,
    file_format: str = "json",
    *,
    feed: str = "orders",
    compression: str | None = None,
    share: str = "1",
    sender: Sender | None = None,
    file_name: str = "",
    **terms: Any,
) -> Checked:
    """Validate bytes; by default any share of refused rows is allowed.

    ``terms`` stand in for those of the contract.
    """
    contract = replace(
        load_contracts()[feed, file_format],
        max_refused_share=Decimal(share),
        **terms,
    )
    landed, rejects = io.BytesIO(), list[Reject]()
    verdict = validate(
        _Raw(content),
        compression,
        contract,
        landed,
        rejects.append,
        sender,
        file_name,
    )
    return Checked(verdict, landed.getvalue(), rejects)


@contextmanager
def one_by_one() -> Iterator[None]:
    """Have every row read by the readers that are the measure, none at once."""
    orders = "ingestion.gate.reading.json.orders.JsonOrders._told"
    element = "ingestion.gate.reading.json.arrays._ELEMENT"
    table = "ingestion.gate.reading.csv.table._Table"
    with (
        mock.patch(orders, return_value=None),
        mock.patch(element, re.compile(rb"(?!)")),
        mock.patch(f"{table}._fit_rows", lambda _, __, start: start),
        mock.patch(f"{table}._lines", return_value=0),
    ):
        yield


def alike(checked: Checked) -> tuple[Any, ...]:
    """What must be the same however a file was read.

    A JSON number is landed as one or as text, with zeros at its end or without; of a
    file that is refused nothing is.
    """
    verdict, landed = checked.verdict, None
    if verdict.reason is None:
        is_json = not checked.landed or checked.landed.startswith(b"{")
        orders = list(map(_typed, checked.orders)) if is_json else []
        landed = orders if is_json else checked.landed
    return verdict, checked.rejects if verdict.rows_refused else [], landed


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    is_number = isinstance(value, str) and _NUMBER.fullmatch(value)
    return Decimal(value) if is_number else value


_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")


class _Raw(io.RawIOBase):
    """Bytes as a raw stream, a few at a time: no reader may count on blocks."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._content.tell()

    def readinto(self, buffer: Any) -> int:
        return self._content.readinto(memoryview(buffer)[: 1 << 16])
