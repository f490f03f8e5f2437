"""JSON by the standard, with what the standard library's reader passes over.

A number keeps its text; NaN and Infinity are refused; a key twice in one object,
also when only its case differs, is noticed at any depth. Bytes that are not UTF-8
and NUL reach this module as marks (lone surrogates) in the text.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from ingestion.contracts.values import JsonNumber
from ingestion.gate.reading.text import MARK
from ingestion.gate.reading.verdict import MAX_RAW, MAX_VALUES

#: Levels of objects and arrays in one another. The interpreter has a limit too, but
#: one that depends on who calls; what is accepted must not.
MAX_DEPTH = 100
_QUOTE_ESCAPE_OR_MARK = re.compile(r'"|\\.|[\ud800\udc80-\udcff]', re.DOTALL)
_NO_CONSTANT = "no constant of JSON"
_SPACE = re.compile(r"[ \t\r\n]*")


class MalformedError(Exception):
    """Text that is not JSON; ``position`` is where reading stopped."""

    def __init__(
        self, reason: str, position: int, detail: str = "", *, may_go_on: bool = False
    ) -> None:
        super().__init__(reason)
        #: The word that stands there, when it is one that only other readers take.
        self.detail = detail
        self.reason = reason
        self.position = position
        #: Whether more text could make it whole.
        self.may_go_on = may_go_on


class JsonReader:
    """Reads values; ``doubled`` says whether the last one had a key twice."""

    def __init__(self) -> None:
        self.doubled = False
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object,
            parse_int=JsonNumber,
            parse_float=JsonNumber,
            parse_constant=_refuse_constant,
        )

    def whole(self, text: str) -> Any:
        """The one value that fills the text but for blanks.

        Raises:
            MalformedError: not JSON, too deeply nested, or of too many values.
        """
        if len(text) > MAX_VALUES and text.count(",") > MAX_VALUES:
            raise MalformedError("record-too-large", 0)
        value, end = self.value(text, skip_space(text, 0))
        if skip_space(text, end) != len(text):
            raise MalformedError("malformed-json", end)
        return value

    def value(self, text: str, start: int) -> tuple[Any, int]:
        """The value that begins at a position, and where it ends.

        Raises:
            MalformedError: not JSON, or too deeply nested.
        """
        self.doubled = False
        try:
            value, end = self._decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            # Text that is only cut off stops the reader at its end, or at the
            # beginning of a string, escape or literal that is not complete.
            near_end = error.pos > len(text) - 64
            unterminated = error.msg.startswith("Unterminated")
            raise MalformedError(
                "malformed-json",
                error.pos,
                error.doc if error.msg == _NO_CONSTANT else "",
                may_go_on=near_end or unterminated,
            ) from error
        except RecursionError as error:
            raise MalformedError("nesting-too-deep", start) from error
        # An order opens one bracket for itself, one for its lines, one for each of
        # them. Only where there are many more is the depth worth measuring.
        opened = text.count("{", start, end) + text.count("[", start, end)
        if opened - _flat_size(value) >= MAX_DEPTH and _is_deep(value):
            raise MalformedError("nesting-too-deep", start)
        return value, end

    def elements(
        self, text: str, names: frozenset[str]
    ) -> list[tuple[int, int]] | None:
        """Where the elements of every array of lines of an order stand.

        ``names`` are the keys under which lines may stand. The text must be one that
        ``whole`` has read as an object. None when it has no such array.
        """
        found: list[tuple[int, int]] | None = None
        position = skip_space(text, 0) + 1
        while text[(position := skip_space(text, position))] != "}":
            key, position = self.value(text, position)
            position = skip_space(text, skip_space(text, position) + 1)
            if key in names and text[position] == "[":
                position = self._array(text, position + 1, found := found or [])
            else:
                _, position = self.value(text, position)
            position = _after_comma(text, position)
        return found

    def _array(self, text: str, position: int, found: list[tuple[int, int]]) -> int:
        while text[(position := skip_space(text, position))] != "]":
            _, end = self.value(text, position)
            found.append((position, end))
            position = _after_comma(text, end)
        return position + 1

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(set(map(str.lower, result))) != len(pairs):
            self.doubled = True
        return result


def json_text(value: Any) -> str:
    """A value as it was sent: a number that was read as text becomes one again."""
    return value if type(value) is JsonNumber else json.dumps(value)[:MAX_RAW]


def skip_space(text: str, position: int) -> int:
    """The first position from here on that is no JSON white space."""
    found = _SPACE.match(text, position)
    return found.end() if found else position


def without_loose_marks(text: str) -> str:
    """The same text with blanks for marks that stand outside of any string.

    They would make the text malformed, though only the row in which they stand
    is to be refused. ``text`` must begin outside of a string.
    """
    parts, position, in_string = [], 0, False
    for found in _QUOTE_ESCAPE_OR_MARK.finditer(text):
        if found[0] == '"':
            in_string = not in_string
        elif not in_string and MARK.match(found[0]):
            parts += [text[position : found.start()], " "]
            position = found.end()
    return "".join([*parts, text[position:]])


def _flat_size(value: Any) -> int:
    lines = value.get("lines") if isinstance(value, dict) else None
    return len(lines) if isinstance(lines, list) else 0


def _is_deep(value: Any) -> bool:
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _after_comma(text: str, position: int) -> int:
    position = skip_space(text, position)
    return position + 1 if text[position] == "," else position


def _refuse_constant(name: str) -> NoReturn:
    raise json.JSONDecodeError(_NO_CONSTANT, name, 0)
