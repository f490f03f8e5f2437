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
    rest = text[at:].lstrip(" \t\r\n")
    if _is_value(text[:at]):
        if rest.startswith(","):
            return (
                f"A comma stands after the object, {where}: take it away, or write one "
                "array around all objects."
            )
        if rest[:1] in ("{", "["):
            return (
                f"There is more JSON after the first object, {where}: write one order "
                "per line."
            )
    start = text.lstrip()
    if start[:1] not in ("{", "[") and "," in start:
        return f"It looks like CSV, {where}: let the name end in .csv."
    for word in ("None", "True", "False"):
        if rest.startswith(word):
            return f"{word} is not JSON, {where}: write null, true, false or a number."
    if rest.startswith("'"):
        return f"Strings stand in double quotes, {where}."
    if not rest:
        return "The JSON ends early: send the line whole, one order per line."
    return f"The line is {where}: write one whole JSON object per line."


def too_large_or_deep(reason: str, line: int) -> FileRefusedError:
    """The error for an element of an array that cannot be read though it is JSON."""
    message = f"The element that begins on line {line}: {in_words(reason)}"
    return FileRefusedError(reason, message, line)


def about_missing_lines(order: dict[str, Any], lines: Any) -> str:
    """Why an object is no order with lines, and the cure."""
    if lines is not None:
        return "lines is no array: write one, [] when the order has no lines."
    for key, value in order.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            if {"order_id", "lines"} & value[0].keys():
                return (
                    f"The orders stand under the key {key[:100]!r}: send them as one "
                    "array or one per line, or declare orders_under of a sender."
                )
    return "The order has no lines: write the array lines, [] when there are none."


def _is_value(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
