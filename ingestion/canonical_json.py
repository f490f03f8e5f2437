"""The one way in which published JSON is written, so that equal data are equal bytes.

No blanks between tokens, keys in the order given, numbers exact and plain: no
exponent, no trailing zeros, no negative zero. Strings in UTF-8; only the quote, the
backslash and the control characters below U+0020 are escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

Json: TypeAlias = (
    "bool | int | Decimal | str | Sequence[Json] | Mapping[str, Json] | None"
)


def canonical_line(document: Json) -> bytes:
    """One document as one line with its final newline, in UTF-8."""
    return (canonical_text(document) + "\n").encode()


def canonical_text(value: Json) -> str:
    """The text of one value.

    Raises:
        TypeError: a float, whose digits are not those that were meant, or a type
            that JSON does not have.
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, Decimal)):
        return plain_number(value)
    if isinstance(value, Mapping):
        pairs = (f"{canonical_text(k)}:{canonical_text(v)}" for k, v in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, Sequence):
        return "[" + ",".join(map(canonical_text, value)) + "]"
    raise TypeError(f"{type(value).__name__} has no canonical JSON form: {value!r}")


def plain_number(value: int | Decimal) -> str:
    """Digits as a person writes them: 60.000 is 60, 1E+3 is 1000, -0.0 is 0."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
