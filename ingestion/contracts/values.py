"""The written form of every kind of value, checked on its text.

A form takes a value as it was read and gives the text that is landed, an empty one
where the value is absent, or the problem it has. Text is what is landed and what SQL
casts, so nothing here goes through a binary number on its way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.contracts import Column
from ingestion.contracts.ids import MAX_LENGTH, id_problem
from ingestion.contracts.senders import Sender, Timestamps

#: Blanks that are stripped around any CSV cell or JSON string.
BLANKS = " \t"
TYPE = "type-error"
CONSTRAINT = "constraint-error"
#: No value is longer, whatever its type.
MAX_TEXT = 100

_NUMBERS = {
    "quantity": re.compile(r"(-?[0-9]{1,15})(?:(\.[0-9]{1,3})0{0,15})?"),
    "stock": re.compile(r"(-?[0-9]{1,15})(?:(\.[0-9]{1,3})0{0,15})?"),
    "price": re.compile(r"(-?[0-9]{1,15})(?:(\.[0-9]{1,4})0{0,15})?"),
    "line_number": re.compile(r"([0-9]+)(?:()\.0+)?"),
}
_DECIMALS = {"quantity": 3, "stock": 3, "price": 4}
_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})([T ])"
    r"([0-9]{2}:[0-9]{2})(?:(:[0-9]{2})(\.[0-9]{1,9})?)?"
    r"(?:[ \t]?(?:(Z)|([+-][0-9]{2})(?::?([0-9]{2}))?))?"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
WANTED_TIME = (
    "write YYYY-MM-DD hh:mm:ss with Z or an offset such as +01:00 behind it "
    "(without one it is UTC)"
)


class JsonNumber(str):
    """A JSON number as written."""

    __slots__ = ()


@dataclass(frozen=True)
class Problem:
    """Why a value is refused: a stable code, and in words what is wanted instead."""

    reason: str
    message: str


Form = Callable[[Any], "str | Problem"]


def form_of(column: Column, sender: Sender | None = None) -> Form:
    """The form of one column of a contract, as a sender writes it."""
    if column.type == "id":
        check: Callable[[str, bool], str | Problem] = _id
    elif column.type == "timestamp":
        check = _timestamps(sender)
    else:
        check = _numbers(column, sender)
    absent = Problem(CONSTRAINT, f"{column.name} is mandatory and absent: fill it in.")

    def form(value: Any) -> str | Problem:
        if isinstance(value, (bool, list, dict)):
            return _other_kind(column, value)
        is_number = isinstance(value, (int, float, JsonNumber))
        text = "" if value is None else str(value).strip(BLANKS)
        if not text:
            return absent if column.required else ""
        if len(text) > MAX_TEXT:
            message = f"{column.name} has more than {MAX_TEXT} characters: send fewer."
            return Problem(TYPE, message)
        found = check(text, is_number)
        if isinstance(found, Problem):
            return Problem(found.reason, f"{column.name} {found.message}")
        return found

    return form


def is_as_contract(column: Column, sender: Sender | None) -> bool:
    """Whether a sender writes the values of a column as the contract has them."""
    if sender is None or column.type in ("id", "line_number"):
        return True
    if column.type == "timestamp":
        return sender.timestamps == Timestamps()
    return _own_numbers(sender) is None


def plain_number(text: str) -> str:
    """A JSON number without exponent, zeros at the end, and negative zero.

    What is too large or too small to be any column's comes back as it was.
    """
    sign, digits, exponent = Decimal(text).as_tuple()
    if not isinstance(exponent, int):
        return text
    shown = "".join(map(str, digits))
    stripped = shown.rstrip("0")
    exponent += len(shown) - len(stripped)
    if not stripped:
        return "0"
    if exponent > MAX_TEXT or exponent < -MAX_TEXT:
        return text
    if exponent >= 0:
        plain = stripped + "0" * exponent
    else:
        padded = stripped.zfill(1 - exponent)
        plain = f"{padded[:exponent]}.{padded[exponent:]}"
    plain = plain.lstrip("0") if not plain.startswith("0.") else plain
    return f"-{plain}" if sign else plain


def _id(text: str, is_number: bool) -> str | Problem:
    if is_number:
        if text.isdigit() and len(text) <= MAX_LENGTH:
            return text
        return Problem(TYPE, f"is the number {text[:40]}, which is no id: send text.")
    problem = id_problem(text)
    return text if problem is None else Problem(TYPE, f"{problem}.")


def _numbers(
    column: Column, sender: Sender | None
) -> Callable[[str, bool], str | Problem]:
    pattern = _NUMBERS[column.type]
    low, high = column.min, column.max
    own = None if column.type == "line_number" else _own_numbers(sender)

    def check(text: str, is_number: bool) -> str | Problem:
        plain: str | None = text
        if is_number and column.type != "line_number":
            is_exponent = not set(text).isdisjoint("eE")
            if not is_exponent and not pattern.fullmatch(text):
                return Problem(TYPE, _about_number(column, text))
            plain = plain_number(text)
        elif own and not is_number:
            plain = own(text)
        found = pattern.fullmatch(plain) if plain else None
        if found is None:
            return Problem(TYPE, _about_number(column, text))
        # Zeros after the last decimal of the column are left away, others stay.
        landed = found[1] + (found[2] or "")
        value = Decimal(landed)
        if low is not None and value < low:
            return Problem(
                CONSTRAINT, f"is {text}, below the least of {low:f}: correct it."
            )
        if high is not None and value > high:
            return Problem(
                CONSTRAINT, f"is {text}, above the most of {high:f}: correct it."
            )
        return landed

    return check


def _own_numbers(sender: Sender | None) -> Callable[[str], str | None] | None:
    """What gives a sender's number as the contract has it; None: it writes so."""
    if sender is None:
        return None
    point, thousands = sender.decimal_sign, sender.thousands_sign
    if point == "." and not thousands and not sender.trailing_minus:
        return None
    whole = "[0-9]+"
    if thousands:
        whole += rf"|[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+"
    pattern = re.compile(rf"(-?)({whole})(?:{re.escape(point)}([0-9]+))?(-?)")

    def plain(text: str) -> str | None:
        found = pattern.fullmatch(text)
        if found is None or (found[4] and (found[1] or not sender.trailing_minus)):
            return None
        digits = found[2].replace(thousands, "") if thousands else found[2]
        fraction = f".{found[3]}" if found[3] else ""
        return f"{found[1] or found[4]}{digits}{fraction}"

    return plain


def _about_number(column: Column, text: str) -> str:
    """What is wrong with a number, and how it is to be written."""
    if column.type == "line_number":
        return f"is {text!r}: write digits only, from 1."
    places = _DECIMALS[column.type]
    if re.fullmatch(r"-?[0-9]{1,3}([.' ][0-9]{3})*,[0-9]+", text):
        cure = "write a point before the decimals, or declare decimal_sign of a sender"
    elif re.fullmatch(r"-?[0-9]{1,3}([,' ][0-9]{3})+(\.[0-9]+)?", text):
        cure = "write it without thousands signs, or declare them of a sender"
    elif re.fullmatch(r"[+-]?[0-9.]+[eE][+-]?[0-9]+", text):
        cure = "write all digits, without an exponent"
    elif text.startswith("+"):
        cure = "write it without a plus sign"
    elif re.fullmatch(r"[0-9.,]+-", text):
        cure = "write the minus before it, or declare trailing_minus of a sender"
    elif re.fullmatch(r"-?[0-9]+\.[0-9]+", text):
        cure = f"write at most {places} decimals"
    elif re.fullmatch(r"-?[0-9]{16,}", text):
        cure = "write at most 15 digits before the point"
    else:
        cure = f"write digits, and a point before at most {places} decimals"
    return f"is {text[:40]!r}: {cure}."


def _timestamps(sender: Sender | None) -> Callable[[str, bool], str | Problem]:
    if sender is None or sender.timestamps == Timestamps():
        return _timestamp
    form, name = sender.timestamps.format, sender.timestamps.time_zone
    zone = ZoneInfo(name) if name else timezone.utc

    def check(text: str, is_number: bool) -> str | Problem:
        if form is None:
            found = _timestamp(text, is_number)
            if isinstance(found, Problem) or found[16:].strip(":.0123456789"):
                return found
            moment = datetime.fromisoformat(found)
        else:
            try:
                moment = datetime.strptime(text, form)  # noqa: DTZ007  zone below
            except ValueError:
                return Problem(TYPE, f"is {text[:40]!r}: write it as {form}.")
            if not text.isascii():
                return Problem(TYPE, f"is {text[:40]!r}: write it in ASCII digits.")
            if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
                return _year_problem(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
        return f"{moment.isoformat()}Z"

    return check


def _timestamp(text: str, is_number: bool) -> str | Problem:
    """``YYYY-MM-DD(T| )hh:mm[:ss[.1-6 digits]][Z|±hh:mm]``, a time that exists."""
    found = None if is_number else _TIMESTAMP.fullmatch(text)
    if found is None:
        return Problem(TYPE, f"is {text[:40]!r}: {WANTED_TIME}.")
    day, between, clock, second, fraction, utc, hours, minutes = found.groups()
    if not _FIRST_YEAR <= int(day[:4]) <= _LAST_YEAR:
        return _year_problem(text)
    try:
        date.fromisoformat(day)
        is_time = clock < "24" and clock[3:] < "60" and (second or "") < ":60"
    except ValueError:
        is_time = False
    if not is_time or (hours or "+00")[1:] > "23" or (minutes or "00") > "59":
        return Problem(TYPE, f"is {text!r}, a time that does not exist: correct it.")
    zone = utc or (f"{hours}:{minutes or '00'}" if hours else "")
    return f"{day}{between}{clock}{second or ''}{(fraction or '')[:7]}{zone}"


def _year_problem(text: str) -> Problem:
    message = (
        f"is {text!r}, not of the years {_FIRST_YEAR} to {_LAST_YEAR}: correct it."
    )
    return Problem(CONSTRAINT, message)


def _other_kind(column: Column, value: Any) -> Problem:
    kind = {bool: "true or false", list: "an array", dict: "an object"}[type(value)]
    wanted = "text" if column.type in ("id", "timestamp") else "a number"
    return Problem(TYPE, f"{column.name} is {kind}: send {wanted}.")
