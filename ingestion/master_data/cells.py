"""What a cell of a master data file may say, by the type of its column."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

from ingestion.contracts.ids import id_problem, spreadsheet_form
from ingestion.master_data.tables import PRECISION, Column

BLANKS = " \t"
_INTEGER = re.compile(r"[+-]?[0-9]{1,100}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?")
_INTEGER_RANGE = range(-(2**31), 2**31)
_ROUNDING = Context(prec=PRECISION, rounding=ROUND_HALF_UP)
#: How the gate's reader hands on bytes that are not UTF-8, and NUL.
_NO_TEXT = re.compile("[\ud800\udc80-\udcff]")


class WrongCellError(ValueError):
    """A cell that its column cannot hold; the message says what it should be."""


def read_cell(column: Column, raw: str, *, is_key: bool) -> str | None:
    """The value as text that PostgreSQL takes for exactly it; None when blank.

    Decimals beyond the column's scale are rounded half up, away from zero.
    Signs are taken, because a wrong quantity is for the order run to report.

    Raises:
        WrongCellError: not of the column's type or range, or a key that is no id.
    """
    text = raw.strip(BLANKS)
    if not text and not is_key:
        return None
    if not text.isascii() and _NO_TEXT.search(text):
        raise WrongCellError("is not UTF-8, or holds a NUL character")
    if is_key:
        return _key(text)
    if column.sql_type == "integer":
        return _integer(text)
    return text if column.scale is None else _decimal(text, column.scale)


def _key(text: str) -> str:
    if not text:
        raise WrongCellError("must not be blank, it is part of the key")
    problem = spreadsheet_form(text) or id_problem(text)
    if problem:
        raise WrongCellError(problem)
    return text


def _integer(text: str) -> str:
    if not _INTEGER.fullmatch(text):
        raise WrongCellError("must be an integer, digits only")
    if int(text) not in _INTEGER_RANGE:
        raise WrongCellError("is out of the range of an integer")
    return text


@lru_cache(maxsize=32_768)
def _decimal(text: str, scale: int) -> str:
    if not _DECIMAL.fullmatch(text):
        raise WrongCellError(
            "must be a number such as 12 or 12.5, with a decimal point"
        )
    try:
        rounded = Decimal(text).quantize(Decimal(1).scaleb(-scale), context=_ROUNDING)
    except InvalidOperation:
        raise WrongCellError(
            f"has more than {PRECISION - scale} digits before the decimal point"
        ) from None
    return f"{rounded:f}"
