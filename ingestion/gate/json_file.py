"""A JSON file as a stream of orders: lines, one array, or one object."""

from __future__ import annotations

import codecs

from ingestion.gate.json_orders import JsonOrders
from ingestion.gate.json_text import (
    MARK,
    MalformedError,
    skip_space,
    without_loose_marks,
)
from ingestion.gate.source import (
    CHUNK,
    WHITESPACE,
    Lines,
    beginning,
    decode,
    over_the_cap,
    skip_blank,
)
from ingestion.gate.tally import MAX_RECORD, MAX_VALUES, FileRefusedError, Tally

_YES, _NO, _MAYBE = "yes", "no", "if more follows"


def read_json(lines: Lines, orders: JsonOrders, tally: Tally) -> None:
    """Hand every order of a file to ``orders``.

    A file that begins with ``[`` is one array; one that begins with ``{`` is one
    object if nothing but that object is in it; anything else is read by line.

    Raises:
        FileRefusedError: the file is empty, or an array that is malformed.
    """
    line = skip_blank(lines) + 1
    first = lines.line()
    start = first.lstrip(WHITESPACE)[:1]
    if start == b"[":
        lines.put_back(first)
        _Array(lines, orders, line).read()
    elif start == b"{" and _is_one_object(first, lines, orders):
        text, clean = decode(first + lines.read_all(MAX_RECORD))
        orders.text(text, line, clean=clean)
    else:
        lines.put_back(first)
        _read_lines(lines, orders, tally, line)


def _read_lines(lines: Lines, orders: JsonOrders, tally: Tally, number: int) -> None:
    """Take line by line what is not taken in runs of fit lines."""
    while block := lines.whole_lines(CHUNK):
        position = 0
        while position < len(block):
            end, taken = orders.fit_lines(block, position)
            number += taken
            if end == len(block):
                break
            position = block.find(b"\n", end) + 1 or len(block)
            line = block[end:position]
            if over_the_cap(line):
                tally.reject(number, "record-too-large", beginning(line))
                if not line.endswith(b"\n"):
                    lines.finish_line()
            elif line.strip(WHITESPACE):
                orders.line(line, number)
            number += 1


def _is_one_object(first: bytes, lines: Lines, orders: JsonOrders) -> bool:
    """Whether a file is one object over several lines; reads ahead, if it may be."""
    content, wanted = bytearray(first), CHUNK
    if over_the_cap(first) or _reads(orders, first) == _YES:
        return False
    ended = False
    while not ended and len(content) <= MAX_RECORD and _reads(orders, content) != _NO:
        block = lines.read_all(wanted)
        content += block
        ended = len(block) < wanted
        wanted *= 2
    lines.put_back(bytes(content[len(first) :]))
    return ended and len(content) <= MAX_RECORD and _reads(orders, content) == _YES


def _reads(orders: JsonOrders, content: bytes | bytearray) -> str:
    """Whether the content is one value; too deep a one is one all the same."""
    text, clean = decode(bytes(content))
    try:
        orders.reader.whole(text if clean else without_loose_marks(text))
    except MalformedError as error:
        if error.reason == "nesting-too-deep":
            return _YES
        return _MAYBE if error.may_go_on else _NO
    return _YES


class _Array:
    """Reads one array element by element over a sliding piece of its text."""

    def __init__(self, lines: Lines, orders: JsonOrders, line: int) -> None:
        self._lines = lines
        self._orders = orders
        self._line = line
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text = ""
        self._position = 0
        self._ended = False
        #: Marks have been looked for up to here.
        self._marked = False

    def read(self) -> None:
        """Hand on every element.

        Raises:
            FileRefusedError: what is there is not one whole array and nothing else.
        """
        self._next()
        self._advance(self._position + 1)
        if self._next() == "]":
            self._advance(self._position + 1)
        else:
            while self._element() == ",":
                pass
        if self._next():
            raise self._malformed()

    def _element(self) -> str:
        """Hand on one element; the comma or bracket behind it."""
        wanted = CHUNK
        while True:
            try:
                order, text, end, behind = self._attempt()
                break
            except MalformedError as error:
                if self._ended or not error.may_go_on:
                    raise self._malformed(error.reason) from error
                if self._is_too_large():
                    raise self._malformed("record-too-large") from error
            self._more(wanted)
            wanted = min(wanted * 2, MAX_RECORD // 4)
        original = self._text[self._position : end]
        marked = original if self._marked and MARK.search(original) else None
        self._orders.order(order, text, self._line, marked)
        self._advance(behind + 1)
        return self._text[behind]

    def _attempt(self) -> tuple[object, str, int, int]:
        """The next element, its text, where it ends, and where its comma is."""
        self._next()
        start, reader = self._position, self._orders.reader
        text, offset = self._text, start
        if self._marked and MARK.search(text, start):
            text, offset = without_loose_marks(text[start:]), 0
        order, end = reader.value(text, offset)
        behind = skip_space(text, end)
        if text[behind : behind + 1] not in (",", "]"):
            # A number or literal could go on in text that is not here yet.
            near_end = behind > len(text) - 64
            raise MalformedError("malformed-json", behind, may_go_on=near_end)
        moved = start - offset
        return order, text[offset:end], end + moved, behind + moved

    def _next(self) -> str:
        """The next character that is no white space, empty at the end."""
        while True:
            self._advance(skip_space(self._text, self._position))
            if self._position < len(self._text):
                return self._text[self._position]
            if self._ended:
                return ""
            self._more(CHUNK)

    def _is_too_large(self) -> bool:
        """Whether an element that has not ended yet is larger than one may be."""
        is_long = len(self._text) - self._position > MAX_RECORD
        return is_long or self._text.count(",", self._position) > MAX_VALUES

    def _advance(self, position: int) -> None:
        self._line += self._text.count("\n", self._position, position)
        self._position = position

    def _more(self, size: int) -> None:
        block = self._lines.read_all(size)
        self._ended = len(block) < size
        more = self._decoder.decode(block, self._ended).replace("\0", "\ud800")
        self._marked = self._marked or MARK.search(more) is not None
        self._text = self._text[self._position :] + more
        self._position = 0

    def _malformed(self, reason: str = "malformed-json") -> FileRefusedError:
        messages = {
            "nesting-too-deep": "An element of the array is nested too deeply.",
            "record-too-large": "An element of the array is larger than 64 MiB, or has "
            "more than 3 million values.",
        }
        return FileRefusedError(
            reason,
            messages.get(
                reason,
                "The array is malformed or ends early; the element "
                f"that begins on line {self._line} cannot be read.",
            ),
            self._line,
        )
