r"""Patterns of values and rows that are landed as they are, without another look.

They take only text that the forms of ``values`` land as it is, never all of it: what
they do not take is no error, it is read. RE2 runs them, in time and memory that do
not depend on the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

from ingestion.contracts import Column

#: Keys of an order, and those of its lines, in the order in which they stand.
Shape = tuple[tuple[str, ...], tuple[str, ...]]

#: An id of plain ASCII without blanks and what a spreadsheet may have made of one.
ID = r"[!#-&(-*\--\[\]-~][!#-*\--\[\]-~]{0,63}"
_NOTHING = r"[^\x00-\xff]"
#: What a binary double holds exactly enough to be printed as it was written.
_EXACT_DIGITS = 15
_DECIMALS = {"quantity": 3, "stock": 3, "price": 4, "line_number": 0}
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
#: Every month has these days; later ones are left to the calendar.
_DAY = r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_LATE_DAY = r"(?:19|20)[0-9]{2}-(?:(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
TIMESTAMP = (
    rf"(?:{_DAY}|{_LATE_DAY})[T ]{_CLOCK}(?::[0-5][0-9](?:\.[0-9]{{1,6}})?)?"
    rf"(?:Z|[+-]{_CLOCK})?"
)
#: What stands behind an order: the end of its line, or the comma of an array.
LINE_END, COMMA = r"\r?\n", r"[ \t\r\n]*,[ \t\r\n]*"
_GAP = r"[ \t]*"
_COMMA = rf"{_GAP},{_GAP}"


def compiled(pattern: str) -> Any:
    """A pattern for bytes; alternatives are tried for the longest match."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 << 20
    options.never_capture = True
    options.longest_match = True
    return re2.compile(pattern.encode("latin-1"), options)


def number(column: Column) -> str:
    """Plain numbers within the column's bounds, of digits that doubles keep."""
    decimals = _DECIMALS[column.type]
    most, least = column.max, column.min
    digits = _EXACT_DIGITS - decimals
    for bound in (most, None if least is None or least >= 0 else -least):
        # 999.999 must not be above the bound.
        while bound is not None and digits and _largest(digits, decimals) > bound:
            digits -= 1
    if digits < 1 or (least is not None and least > 1):
        return _NOTHING
    fraction = rf"(?:\.[0-9]{{1,{decimals}}})?" if decimals else ""
    positive = rf"[1-9][0-9]{{0,{digits - 1}}}{fraction}"
    if least is None or least < 0:
        return rf"(?:-?{positive}|0{fraction})"
    return rf"(?:{positive}|0{fraction})" if least == 0 else positive


@lru_cache(maxsize=32)
def values(column: Column) -> Any:
    """Any number of values of a column, each on a line of its own."""
    return compiled(rf"(?:{_form(column)}\n)*")


@lru_cache(maxsize=16)
def csv_rows(columns: tuple[Column, ...]) -> Any:
    """Any number of rows with the contract's columns in the contract's order."""
    row = ",".join(_cell(column) for column in columns)
    return compiled(rf"(?:{row}\r?\n)*")


@lru_cache(maxsize=64)
def json_orders(
    columns: tuple[Column, ...], shapes: tuple[Shape, ...], end: str = LINE_END
) -> Any:
    """Any number of orders whose keys stand as in one of the shapes, and their ends."""
    orders = [_line(columns, shape) for shape in shapes]
    return compiled(rf"(?:{_any_of(orders)}{end})*")


def _largest(digits: int, decimals: int) -> Decimal:
    return Decimal(10) ** digits - Decimal(1).scaleb(-decimals)


def _cell(column: Column) -> str:
    form = _form(column)
    return rf"(?:{form})" if column.required else rf"(?:{form})?"


def _form(column: Column) -> str:
    forms = {"id": ID, "timestamp": TIMESTAMP}
    return forms.get(column.type) or number(column)


def _line(columns: Sequence[Column], shape: Shape) -> str:
    members = {
        (column.part, column.name): rf'"{column.name}"{_GAP}:{_GAP}{_value(column)}'
        for column in columns
    }
    header, row = shape
    element = _in_braces(members["line", name] for name in row)
    several = rf"\[{_GAP}{element}(?:{_COMMA}{element})*{_GAP}\]"
    return _in_braces(
        rf'"lines"{_GAP}:{_GAP}{several}' if name == "lines" else members["order", name]
        for name in header
    )


def _value(column: Column) -> str:
    null = [] if column.required or column.type == "line_number" else ["null"]
    if column.type == "id":
        return _any_of([f'"{ID}"', "0", "[1-9][0-9]{0,14}", *null])
    if column.type == "timestamp":
        return _any_of([f'"{TIMESTAMP}"', *null])
    form = number(column)
    return _any_of([form, f'"{form}"', *null])


def _any_of(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(patterns)})"


def _in_braces(members: Iterable[str]) -> str:
    return rf"\{{{_GAP}{_COMMA.join(members)}{_GAP}\}}"
