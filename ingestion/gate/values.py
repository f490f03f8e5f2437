"""The written form of every kind of value, checked on its text.

A check takes text without blanks around it and gives the reason why it is
refused, or None. Text is what is landed and what SQL casts, so nothing here goes
through a number type on its way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ingestion.contracts import Column

#: Blanks that are stripped around any CSV cell or JSON string.
BLANKS = " \t"
TYPE = "type-error"
CONSTRAINT = "constraint-error"

Check = Callable[[str], "str | None"]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NUMBERS = {
    "quantity": re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,3})?"),
    "stock": re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,3})?"),
    "price": re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?"),
    "line_number": re.compile(r"[0-9]+"),
}
_TIMESTAMP = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]"
    r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-]([0-9]{2}):([0-9]{2}))?"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
#: Senders repeat the same few times and quantities: most checks are a look-up.
_REMEMBERED = 32_768
#: No value is longer, whatever its type. Callers refuse longer text before any
#: check sees it, or the memory of the checks would have no bound.
MAX_TEXT = 100


def check_for(column: Column) -> Check:
    """The check for one column of a contract."""
    if column.type == "id":
        return check_id
    if column.type == "timestamp":
        return lru_cache(maxsize=_REMEMBERED)(check_timestamp)
    return lru_cache(maxsize=_REMEMBERED)(_number_check(column))


def check_id(text: str) -> str | None:
    """Ids are text: "00123" is another one than "123"."""
    return None if _ID.fullmatch(text) else TYPE


def check_timestamp(text: str) -> str | None:
    """``YYYY-MM-DD(T| )hh:mm[:ss[.1-6 digits]][Z|±hh:mm]``, a time that exists."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return TYPE
    year, month, day, hour, minute, second, hours, minutes = (
        int(part or 0) for part in found.groups()
    )
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return CONSTRAINT
    try:
        date(year, month, day)
    except ValueError:
        return TYPE
    in_range = hour < 24 and minute < 60 and second < 60 and hours < 24
    return None if in_range and minutes < 60 else TYPE


def _number_check(column: Column) -> Check:
    pattern = _NUMBERS[column.type]
    low, high = column.minimum, column.maximum

    def check(text: str) -> str | None:
        if not pattern.fullmatch(text):
            return TYPE
        value = Decimal(text)
        too_small = low is not None and value < low
        return CONSTRAINT if too_small or (high is not None and value > high) else None

    return check
