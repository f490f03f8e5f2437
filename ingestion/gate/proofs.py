r"""Patterns that prove many values fine at once, without reading them.

A pattern takes only text that the checks of ``values`` accept, never all of it: what it
does not take is no error, it is checked value by value. RE2 runs the patterns, in time
and memory that do not depend on the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import re2  # type: ignore[import-untyped]

from ingestion.contracts import Column

ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
#: Matches no byte.
NOTHING = r"[^\x00-\xff]"
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


def number(column: Column) -> str | None:
    """Plain JSON numbers within the column's bounds, of digits that doubles keep.

    None when there is no such pattern for the bounds.
    """
    decimals = _DECIMALS[column.type]
    digits = _whole_digits(column.maximum, decimals)
    least = column.minimum
    if digits < 1 or (least is not None and least > 1):
        return None
    fraction = rf"(?:\.[0-9]{{1,{decimals}}})?" if decimals else ""
    positive = rf"[1-9][0-9]{{0,{digits - 1}}}{fraction}"
    small = ""
    if least is None or least <= 0:
        small = rf"|0{fraction}"
    elif decimals and least <= Decimal(1).scaleb(-decimals):
        small = rf"|0\.(?:{'|'.join(_not_zero(decimals))})"
    return f"(?:{positive}{small})"


def compiled(pattern: str) -> Any:
    """A pattern for bytes; alternatives are tried for the longest match."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 << 20
    options.never_capture = True
    options.longest_match = True
    return re2.compile(pattern.encode("latin-1"), options)


def any_of(patterns: Iterable[str]) -> str:
    """One pattern for all of them."""
    return f"(?:{'|'.join(patterns)})"


def _whole_digits(most: Decimal | None, decimals: int) -> int:
    """How many digits before the point any number may have."""
    digits = _EXACT_DIGITS - decimals
    if most is None:
        return digits
    # 999.999 must not be above the bound.
    while digits and Decimal(10) ** digits - Decimal(1).scaleb(-decimals) > most:
        digits -= 1
    return digits


def _not_zero(decimals: int) -> list[str]:
    return [
        rf"[0-9]{{{place}}}[1-9]0{{0,{decimals - 1 - place}}}"
        for place in range(decimals)
    ]
