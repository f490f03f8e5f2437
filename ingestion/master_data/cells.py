"""What a cell of a master data file may say, by the type of its column."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from ingestion.master_data.tables import PRECISION, Column

BLANKS = " \t"
_INTEGER = re.compile(r"[+-]?[0-9]{1,100}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?")
_INTEGER_RANGE = range(-(2**31), 2**31)
_ROUNDING = Context(prec=PRECISION, rounding=ROUND_HALF_UP)

#: An index entry of PostgreSQL holds some 2,700 bytes; an id has at most 64.
_LONGEST_KEY_BYTES = 1000


class WrongCellError(ValueError):
    """A cell that its column cannot hold; the message says what it should be."""


def read_cell(column: Column, raw: str, *, is_key: bool) -> str | None:
    """The value as text that PostgreSQL takes for exactly it; None when blank.

    Decimals beyond the column's scale are rounded half up, away from zero.
    Signs are taken, because a wrong quantity is for the order run to report.

    Raises:
        WrongCellError: not of the column's type or range, or a blank key.
    """
    text = raw.strip(BLANKS)
    if not text:
        if is_key:
            raise WrongCellError("must not be blank, it is part of the key")
        return None
    if column.kind == "integer":
        return _integer(text)
    if column.kind == "numeric":
        return _decimal(text, column.scale)
    return _text(text, is_key=is_key)


def _integer(text: str) -> str:
    if not _INTEGER.fullmatch(text):
        raise WrongCellError("must be an integer, digits only")
    if int(text) not in _INTEGER_RANGE:
        raise WrongCellError("is out of the range of an integer")
    return text


def _decimal(text: str, scale: int) -> str:
    if not _DECIMAL.fullmatch(text):
        raise WrongCellError("must be a number such as 12 or 12.5")
    try:
        rounded = Decimal(text).quantize(Decimal(1).scaleb(-scale), context=_ROUNDING)
    except InvalidOperation:
        raise WrongCellError(
            f"has more than {PRECISION - scale} digits before the decimal point"
        ) from None
    return f"{rounded:f}"


def _text(text: str, *, is_key: bool) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise WrongCellError("is not UTF-8") from None
    if "\0" in text:
        raise WrongCellError("holds a NUL character")
    if is_key and size > _LONGEST_KEY_BYTES:
        raise WrongCellError(f"is longer than {_LONGEST_KEY_BYTES} bytes")
    return text
