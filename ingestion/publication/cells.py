"""Cells of CSV files and workbooks, so that no program takes text for a formula.

Those of reports, and those of the exceptions that are published.
"""

from __future__ import annotations

import unicodedata
from decimal import Decimal

from ingestion.canonical_json import plain_number

#: What spreadsheet programs begin a formula with; the wide forms in some locales.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def as_text(value: str | int | Decimal | None) -> str:
    """A cell as it is shown; nothing for None, and every number plain and exact."""
    if value is None:
        return ""
    if isinstance(value, str):
        # A lone surrogate cannot be written in UTF-8.
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return plain_number(value)


def defused(value: str | int | Decimal | None) -> str:
    """A cell that a spreadsheet takes for what it is.

    Text that begins like a formula, also behind blanks, or with a control character
    gets an apostrophe in front. A number is a number, negative or not.
    """
    text = as_text(value)
    if not isinstance(value, str) or not text:
        return text
    begins = text.lstrip()[:1]
    is_control = unicodedata.category(text[0]) == "Cc"
    return f"'{text}" if is_control or begins in _FORMULA else text
