"""A JSON file as a stream of orders: lines, one array, or one object."""

from __future__ import annotations

from ingestion.gate.reading.json.arrays import Array, open_envelope
from ingestion.gate.reading.json.orders import JsonOrders
from ingestion.gate.reading.json.syntax import (
    MalformedError,
    without_loose_marks,
)
from ingestion.gate.reading.text import (
    BLOCK,
    CHUNK,
    WHITESPACE,
    Lines,
    beginning,
    decode,
    end_of_lines,
    over_the_cap,
    skip_blank,
)
from ingestion.gate.reading.verdict import (
    MAX_RECORD,
    Refusal,
    Tally,
)

_YES, _NO, _MAYBE = "yes", "no", "if more follows"
#: A run of lines shorter than this costs more than it saves.
_SHORT_RUN = 1 << 14
_MOST_LINES = 1 << 16


def read_json(
    lines: Lines, orders: JsonOrders, tally: Tally, orders_under: str | None = None
) -> None:
    """Hand every order of a file to ``orders``.

    A file that begins with ``[`` is one array; one that begins with ``{`` is one
    object if nothing but that object is in it; anything else is read by line.

    ``orders_under`` is the key of an envelope, an object of which one value is the
    array.

    Raises:
        FileRefusedError: the file is empty, or an array that is malformed.
    """
    line = skip_blank(lines) + 1
    if orders_under is not None:
        passed = open_envelope(lines, orders_under)
        if passed is not None:
            Array(lines, orders, line + passed, orders_under).read()
            return
    first = lines.line()
    start = first.lstrip(WHITESPACE)[:1]
    if start == b"[":
        lines.put_back(first)
        Array(lines, orders, line, None).read()
    elif start == b"{" and _is_one_object(first, lines, orders):
        text, clean = decode(first + lines.read_all(MAX_RECORD))
        orders.write(orders.exact(text, line, clean=clean))
    else:
        lines.put_back(first)
        _read_lines(lines, orders, tally, line)


def _read_lines(lines: Lines, orders: JsonOrders, tally: Tally, number: int) -> None:
    """Take lines many at once, between runs of those that need no look."""
    wanted = 1
    while block := lines.whole_lines(BLOCK):
        if over_the_cap(block):
            tally.reject(number, beginning(block), Refusal("record-too-large"))
            if not block.endswith(b"\n"):
                lines.finish_line()
            number += 1
            continue
        position = 0
        while position < len(block):
            end, taken = orders.runs.lines(block, position)
            number += taken
            wanted = 1 if end - position > _SHORT_RUN else min(2 * wanted, _MOST_LINES)
            if end == len(block):
                break
            stop = len(block)
            if orders.runs.are_looked_for:
                stop = _end_of_lines(block, end, wanted)
            orders.lines(block[end:stop], number)
            number += block.count(b"\n", end, stop)
            position = stop


def _end_of_lines(block: bytes, start: int, number: int) -> int:
    """Where a number of lines end, or fewer when they are long."""
    end = start
    for _ in range(min(number, 64)):
        end = block.find(b"\n", end) + 1 or len(block)
    return end if number <= 64 else end_of_lines(block, end, (number - 64) * 256)


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
