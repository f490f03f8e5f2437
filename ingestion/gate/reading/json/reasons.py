"""What an order that cannot be read seems to be, and how it is to be written."""

from __future__ import annotations

import json
from typing import Any

from ingestion.contracts.reasons import in_words
from ingestion.gate.reading.json.syntax import MalformedError
from ingestion.gate.reading.verdict import FileRefusedError


def about_malformed(text: str, error: MalformedError) -> str:
    """Why a text is no JSON, where, and the cure."""
    if error.reason != "malformed-json":
        return in_words(error.reason)
    if error.detail:
        return f"{error.detail} is not JSON: write null or a number."
    at = error.position
    where = f"not JSON at character {at + 1} ({text[at : at + 20]!r})"
    rest, start = text[at:].lstrip(" \t\r\n"), text.lstrip()
    is_behind = rest[:1] in (",", "{", "[") and _is_value(text[:at])
    found = {
        f"A comma stands after the object, {where}: take it away, or write one array "
        "around all objects.": is_behind and rest.startswith(","),
        f"There is more JSON after the first object, {where}: write one order per "
        "line.": is_behind,
        f"It looks like CSV, {where}: let the name end in .csv.":
            not start.startswith(("{", "[")) and "," in start,
        f"The line is {where}: write null, true, false or a number.":
            rest.startswith(("None", "True", "False")),
        f"The line is {where}: write strings in double quotes.": rest.startswith("'"),
        "The JSON ends early: send the line whole, one order per line.": not rest,
    }  # fmt: skip
    whole = f"The line is {where}: write one whole JSON object per line."
    return next((text for text, holds in found.items() if holds), whole)


def too_large_or_deep(reason: str, line: int) -> FileRefusedError:
    """The error for an element of an array that cannot be read though it is JSON."""
    message = f"The element that begins on line {line}: {in_words(reason)}"
    return FileRefusedError(reason, message, line)


def about_missing_lines(order: dict[str, Any], lines: Any) -> str:
    """Why an object is no order with lines, and the cure."""
    if lines is not None:
        return "lines is no array: write one, [] when the order has no lines."
    for key, value in order.items():
        first = value[0] if isinstance(value, list) and value else None
        if isinstance(first, dict) and {"order_id", "lines"} & first.keys():
            return (
                f"The orders stand under the key {key[:100]!r}: send them as one array "
                "or one per line, or declare orders_under of a sender."
            )
    return "The order has no lines: write the array lines, [] when there are none."


def _is_value(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
