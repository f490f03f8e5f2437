"""One JSON array as a stream of orders, by itself or under a key of an envelope."""

from __future__ import annotations

import codecs
import json
import re
from functools import cached_property

import orjson

from ingestion.gate.reading.json.orders import JsonOrders
from ingestion.gate.reading.json.reasons import too_large_or_deep
from ingestion.gate.reading.json.syntax import (
    MalformedError,
    skip_space,
    without_loose_marks,
)
from ingestion.gate.reading.text import BLOCK, CHUNK, MARK, WHITESPACE, Lines, decode
from ingestion.gate.reading.verdict import MAX_RECORD, MAX_VALUES, FileRefusedError

#: What the elements of an array begin with, when they are written alike.
_ELEMENT = re.compile(rb'\{[ \t\r\n]*"[^"\\]*"')
_FIRST_PIECE = 1 << 13
#: Brackets at the end of an envelope that are tried for the array's own.
_MOST_BRACKETS = 20


def open_envelope(lines: Lines, key: str) -> int | None:
    """Read on to the array under a key; the number of line ends passed over.

    None when the file does not begin with an object that has this key among its first.
    """
    start = lines.read_all(CHUNK)
    text = decode(start)[0]
    scan, position = json.JSONDecoder().raw_decode, skip_space(text, 0)
    try:
        is_open = text[position : position + 1] == "{"
        while is_open:
            name, position = scan(text, skip_space(text, position + 1))
            position = skip_space(text, skip_space(text, position) + 1)
            if name == key:
                break
            _, position = scan(text, position)
            position = skip_space(text, position)
            is_open = text[position : position + 1] == ","
    except (ValueError, IndexError, RecursionError):
        is_open = False
    if not is_open or text[position : position + 1] != "[":
        lines.put_back(start)
        return None
    passed = text[:position].encode("utf-8", "surrogateescape")
    lines.put_back(start[len(passed) :])
    return passed.count(b"\n")


class Array:
    """Reads one array over a sliding piece of its text.

    Pieces are read at once as long as their elements begin alike: what lies between
    brackets of its own and is JSON there is a number of whole elements. From the first
    piece that is not, elements are read one by one.

    Args:
        envelope: the key of the object whose rest follows behind the array.
    """

    def __init__(
        self, lines: Lines, orders: JsonOrders, line: int, envelope: str | None
    ) -> None:
        self._lines = lines
        self._orders = orders
        self._line = line
        self._envelope = envelope
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
        self._orders.in_array = True
        start = self._lines.read_all(CHUNK)
        begin = start.index(b"[") + 1
        self._line += start.count(b"\n", 0, begin)
        self._lines.put_back(start[begin:])
        found = _ELEMENT.match(start[begin:].lstrip(WHITESPACE))
        if found and self._pieces(found[0]):
            return
        if self._next() == "]":
            self._advance(self._position + 1)
        else:
            while self._element() == ",":
                pass
        self._require_end()

    def _pieces(self, start: bytes) -> bool:
        """Hand on elements piece by piece; whether the array ended so."""
        # The first piece is small: what the others look like is learned from it.
        size = min(_FIRST_PIECE, BLOCK)
        while True:
            block = self._lines.read_all(size)
            size = BLOCK
            # One byte more tells whether this is the end.
            more = self._lines.read_all(1)
            block += more
            end = block.rfind(start) if more else len(block)
            piece, found = self._piece(block, end, start, is_last=not more)
            if found is None:
                self._lines.put_back(block)
                return False
            if found:
                self._orders.several(piece, found, _Elements(piece, self._line))
            if not more:
                return True
            self._line += block.count(b"\n", 0, end)
            self._lines.put_back(block[end:])

    def _piece(
        self, block: bytes, end: int, start: bytes, *, is_last: bool
    ) -> tuple[bytes, list[object] | None]:
        """The text of some whole elements, and those of them that are not landed yet.

        None when it is no text of whole elements.
        """
        if not is_last:
            piece = block[: max(end, 0)].rstrip(WHITESPACE)
            if not piece.endswith(b","):
                return b"", None
            is_landed = self._orders.runs.elements(piece[:-1], start)
            return piece[:-1], [] if is_landed else _loaded(piece[:-1])
        bracket = len(block)
        for _ in range(_MOST_BRACKETS):
            bracket = block.rfind(b"]", 0, bracket)
            if bracket < 0:
                break
            is_end = self._is_end(block[bracket + 1 :])
            found = _loaded(block[:bracket]) if is_end else None
            if found is not None:
                return block[:bracket], found
        return b"", None

    def _is_end(self, rest: bytes) -> bool:
        """Whether nothing is behind the array but the rest of its envelope."""
        if self._envelope is None:
            return not rest.strip(WHITESPACE)
        try:
            value = orjson.loads(b'{"":0' + rest)
        except orjson.JSONDecodeError:
            return False
        return self._envelope not in value

    def _require_end(self) -> None:
        if self._envelope is None:
            if self._next():
                raise self._malformed()
            return
        while not self._ended and len(self._text) - self._position <= MAX_RECORD:
            self._more(CHUNK)
        rest = self._text[self._position :].encode("utf-8", "surrogateescape")
        try:
            orjson.loads(b'{"":0' + rest)
        except orjson.JSONDecodeError as error:
            raise self._malformed() from error
        if not self._is_end(rest):
            raise FileRefusedError(
                "duplicate-label",
                f"The key {self._envelope!r} stands twice. Send all orders under one.",
                self._line,
            )

    def _element(self) -> str:
        """Hand on one element; the comma or bracket behind it."""
        wanted = CHUNK
        while True:
            try:
                order, text, end, behind = self._attempt()
                break
            except MalformedError as error:
                if self._ended or not error.may_go_on:
                    raise self._malformed(error) from error
                if self._is_too_large():
                    large = MalformedError("record-too-large", 0)
                    raise self._malformed(large) from error
            self._more(wanted)
            wanted = min(wanted * 2, MAX_RECORD // 4)
        original = self._text[self._position : end]
        is_clean = not (self._marked and MARK.search(original))
        orders, line = self._orders, self._line
        read = order if is_clean else None
        text = text if is_clean else original
        orders.write(orders.exact(text, line, clean=is_clean, order=read))
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

    def _malformed(self, error: MalformedError | None = None) -> FileRefusedError:
        reason = error.reason if error else "malformed-json"
        if reason == "malformed-json":
            at = error.position if error else self._position
            line = self._line + self._text.count("\n", self._position, at)
            near = self._text[at : at + 20]
            message = (
                f"The array ends early on line {line}"
                if not near
                else f"The array is malformed on line {line}, at {near!r}"
            )
            cure = "Send one whole array and nothing behind it, or one order per line"
            message = f"{message}; its element begins on line {self._line}. {cure}."
            return FileRefusedError(reason, message, self._line)
        return too_large_or_deep(reason, self._line)


def _loaded(piece: bytes) -> list[object] | None:
    """The elements between brackets of their own; None when they are no JSON there."""
    try:
        return list(orjson.loads(b"[%b]" % piece))
    except orjson.JSONDecodeError:
        return None


class _Elements:
    """The text of each element of a piece, and the physical line it begins on."""

    def __init__(self, piece: bytes, line: int) -> None:
        self._piece = piece
        self._line = line

    def __call__(self, number: int) -> tuple[bytes, int]:
        begin, end = self._places[number]
        line = self._line + self._text.count("\n", 0, begin)
        return self._text[begin:end].encode(), line

    @cached_property
    def _text(self) -> str:
        return self._piece.decode()

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        text, scan = self._text, json.JSONDecoder().raw_decode
        found, position = list[tuple[int, int]](), 0
        while (position := skip_space(text, position)) < len(text):
            _, end = scan(text, position)
            found.append((position, end))
            position = skip_space(text, end) + 1
        return found
