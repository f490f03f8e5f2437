"""The published bytes: one line of JSON, or CSV with no quote too many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from oracle.exceptions import COLUMNS, ExceptionRow

_SHORT_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


def json_bytes(document: Any) -> bytes:
    """One line without blanks between tokens, UTF-8, and a final newline."""
    return (_json(document) + "\n").encode()


def exceptions_json(
    business_date: date, version: int, rows: Sequence[ExceptionRow]
) -> bytes:
    """The exceptions file, rows as given."""
    return json_bytes(
        {
            "schema_version": 1,
            "business_date": business_date.isoformat(),
            "version": version,
            "exceptions": list(rows),
        }
    )


def exceptions_csv(rows: Sequence[ExceptionRow]) -> bytes:
    """The same rows as CSV: header, LF, null an empty cell, no text like a formula."""
    lines = [",".join(COLUMNS)]
    lines += [",".join(_cell(row[column]) for column in COLUMNS) for row in rows]
    return "".join(line + "\n" for line in lines).encode()


def _json(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return _json_string(value)
    if isinstance(value, dict):
        pairs = (f"{_json_string(key)}:{_json(each)}" for key, each in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(_json(each) for each in value) + "]"
    return plain_number(value)


def _json_string(text: str) -> str:
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return f"\\u{ord(character):04x}" if character < " " else character


def plain_number(value: Decimal | int) -> str:
    """All digits, without exponent, trailing zeros or negative zero."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"not a number: {value!r}")
    text = format(Decimal(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _cell(value: str | Decimal | None) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return plain_number(value)
    if _is_like_a_formula(value):
        value = "'" + value
    if any(character in value for character in ',"\r\n'):
        return '"' + value.replace('"', '""') + '"'
    return value


def _is_like_a_formula(text: str) -> bool:
    """By its first character but blanks, also a wide one; or it begins with control."""
    first = text.lstrip()[:1]
    is_control = text != "" and (text[0] < " " or "\x7f" <= text[0] <= "\x9f")
    return is_control or first in {*"=+-@", *"\uff1d\uff0b\uff0d\uff20"}
