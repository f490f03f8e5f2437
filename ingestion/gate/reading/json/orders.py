"""JSON orders: which of their rows are accepted, and the line that is landed.

Most orders are read many at once by a fast reader that takes standard JSON only, and
checked column by column. What it may read otherwise than the standard library's, which
is the measure, is read again by that one: keys twice, numbers of many digits or with an
exponent, and every order with a row that is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice, repeat
from typing import Any

import orjson

from ingestion.contracts import LINES, Contract
from ingestion.contracts.senders import Sender
from ingestion.contracts.values import BLANKS, CONSTRAINT, TYPE
from ingestion.gate.reading import patterns
from ingestion.gate.reading.json.keys import Found, Keys, Objects
from ingestion.gate.reading.json.reasons import (
    about_malformed,
    about_missing_lines,
    too_large_or_deep,
)
from ingestion.gate.reading.json.refusals import Refusals
from ingestion.gate.reading.json.runs import Runs
from ingestion.gate.reading.json.syntax import (
    MAX_DEPTH,
    JsonReader,
    MalformedError,
    json_text,
    without_loose_marks,
)
from ingestion.gate.reading.rows import Checked, Rows
from ingestion.gate.reading.sender_columns import SenderColumns
from ingestion.gate.reading.text import Sink, decode
from ingestion.gate.reading.verdict import MAX_VALUES, Refusal, Tally

#: What the fast reader may read otherwise: exponents, negative zero, long numbers.
_BEFORE = r"[:,\[][ \t\r\n]*"
_ODD_NUMBER = patterns.compiled(rf"{_BEFORE}(?:-0|-?[0-9.]+[eE]|-?[0-9.]{{17}})")
_EXPONENT = re.compile(rf"{_BEFORE}(?:-0|-?[0-9.]+[eE])".encode())
_LONG_NUMBER = re.compile(rf"{_BEFORE}(-?[0-9.]{{17,}})".encode())
_LATE_COLON = patterns.compiled(r'"[ \t\r\n]+:')
_COLON = re.compile(rb'"[ \t\r\n]*:')
_TOO_MANY = 1 << 40

#: The bytes of an order of a batch, and the physical line on which it begins.
Source = Callable[[int], tuple[bytes, int]]


@dataclass(frozen=True)
class _Orders:
    """Orders whose rows can be told.

    Attributes:
        rows: the lines of all of them.
        counts: how many each has.
        keys: how many keys there are, at any depth.
        unknown: names of those that nothing reads.
    """

    header: Objects
    rows: Objects
    counts: list[int]
    keys: int
    unknown: set[str]


class JsonOrders:
    """Checks orders and writes what is accepted of each.

    A line whose form says that it is fine is landed byte for byte. Any other landed
    line is one order in compact JSON: the contract's keys, every value a string (a
    number too, because readers take numbers through binary doubles), null when absent,
    and only the accepted rows.
    """

    def __init__(
        self,
        contract: Contract,
        landed: Sink,
        tally: Tally,
        sender: Sender | None = None,
        file_name: str = "",
    ) -> None:
        self.reader = JsonReader()
        #: An element that cannot be read refuses the whole of its array.
        self.in_array = False
        self._columns = contract.columns
        self._landed = landed
        self._tally = tally
        self._rows = Rows(contract, tally, sender)
        self._made = SenderColumns(sender, file_name) if sender else None
        self._order_keys = Keys(contract, "order", sender)
        self._line_keys = Keys(contract, "line", sender)
        self._header = [one.name for one in contract.columns if one.part == "order"]
        self._row = [one.name for one in contract.columns if one.part == "line"]
        self._names = [one.name for one in contract.columns]
        self._optional = frozenset(
            one.name for one in contract.columns if not one.required
        )
        # Rules across columns are held row by row.
        self._has_rules = bool(contract.rules)
        self.runs = Runs(contract, landed, tally, sender)

    def lines(self, piece: bytes, line: int) -> None:
        """Take lines that are an order each; a blank one is none."""
        if piece.count(b",") > MAX_VALUES:
            self.write(self._read_again(piece, line))
            return
        rows = piece.removesuffix(b"\n").split(b"\n")
        numbers: Sequence[int] = range(len(rows))
        try:
            found = list(map(orjson.loads, rows))
        except orjson.JSONDecodeError:
            numbers = [n for n, row in enumerate(rows) if row.strip(b" \t\r\n")]
            found = [_loaded(rows[n]) for n in numbers]
        self.several(piece, found, lambda n: (rows[numbers[n]], line + numbers[n]))

    def several(self, text: bytes, found: Sequence[Any], source: Source) -> None:
        """Take orders that the fast reader has read from a text."""
        odd: set[int] = set()
        orders = self._told(found)
        if _is_odd(orders, text):
            odd = {
                n
                for n, order in enumerate(found)
                if _is_odd(self._told([order]), source(n)[0])
            }
        texts = self._quick(found, odd, orders)
        for n in range(len(found)):
            if n not in texts:
                texts[n] = self._read_again(*source(n))
        self._landed.write("".join(map(texts.__getitem__, range(len(found)))).encode())

    def write(self, text: str) -> None:
        """Land what ``exact`` gave."""
        if text:
            self._landed.write(text.encode())

    def exact(
        self, text: str, line: int, *, clean: bool = True, order: Any = None
    ) -> str:
        """The landed text of one order, which begins on a physical line.

        ``clean`` says that it is UTF-8 without NUL, and hence has no marks; ``order``
        is what ``reader`` has just read from the text.
        """
        marked = None if clean else text
        if marked:
            text = without_loose_marks(marked)
        if order is None:
            try:
                order = self.reader.whole(text)
            except MalformedError as error:
                if self.in_array:
                    raise too_large_or_deep(error.reason, line) from error
                reason = "encoding-error" if marked else error.reason
                message = "" if marked else about_malformed(text, error)
                self._tally.reject(line, marked or text, Refusal(reason, message))
                return ""
        if not isinstance(order, dict):
            message = (
                f"An order is one JSON object, this is {text[:40]!r}: send objects."
            )
            self._tally.reject(line, marked or text, Refusal(TYPE, message))
            return ""
        return self._exact_order(order, text, line, marked)

    def _exact_order(
        self, order: dict[str, Any], text: str, line: int, marked: str | None
    ) -> str:
        found = self._order_keys.found(tuple(order))
        lines = order.get(found.keys.get(LINES, LINES))
        rows = lines if isinstance(lines, list) else []
        objects = [row for row in rows if isinstance(row, dict)]
        looks = [self._line_keys.found(tuple(row)) for row in objects]
        is_doubled = any(one.is_doubled for one in (found, *looks))
        self._tally.unknown(found.unknown)
        refuse = Refusals(
            self._tally,
            self.reader,
            self._order_keys.of_lines,
            lambda: self._as_sent(order, found),
            text,
            marked or text,
            line,
        )
        if self.reader.doubled or is_doubled:
            refuse.order(Refusal("duplicate-label"))
        elif marked and refuse.marks_outside_rows():
            refuse.order(Refusal("encoding-error"))
        elif not isinstance(lines, list):
            reason = CONSTRAINT if lines is None else TYPE
            message = about_missing_lines(order, lines)
            refuse.order(Refusal(reason, message, LINES, lines))
        else:
            self._tally.unknown(name for look in looks for name in look.unknown)
            return self._exact_rows(order, rows, refuse, refuse.marked_rows(marked))
        return ""

    def _exact_rows(
        self,
        order: dict[str, Any],
        rows: list[Any],
        refuse: Refusals,
        marked: set[int],
    ) -> str:
        objects = [row if isinstance(row, dict) else {} for row in rows]
        broken = {
            n: Refusal(
                TYPE, f"A line is an object, this is {str(row)[:40]!r}: send one."
            )
            for n, row in enumerate(rows)
            if not isinstance(row, dict)
        }
        broken.update({n: Refusal("encoding-error") for n in marked})
        orders = _Orders(
            Objects([order], self._order_keys),
            Objects(objects, self._line_keys),
            [len(rows)],
            0,
            set(),
        )
        columns, (size,), kept = self._made_columns(orders)
        if kept is not None:
            broken = {n: broken[row] for n, row in enumerate(kept) if row in broken}
        self._tally.left_out += len(rows) - size
        checked = self._rows.check(columns, size, broken)
        for n in sorted(checked.refused):
            refuse.row(n if kept is None else kept[n], checked.refused[n])
        self._rows.count(checked)
        return "".join(self._texts(checked, [checked.accepted]))

    def _read_again(self, content: bytes, line: int) -> str:
        text, is_clean = decode(content)
        return self.exact(text, line, clean=is_clean)

    def _told(self, found: Sequence[Any]) -> _Orders | None:
        """Orders by column; None when one of them is of no plain form."""
        if not set(map(type, found)) <= {dict}:
            return None
        header = Objects(found, self._order_keys)
        lines = header.column(LINES) if found else []
        if lines is None or not set(map(type, lines)) <= {list}:
            return None
        rows = list(chain.from_iterable(lines))
        if not set(map(type, rows)) <= {dict}:
            return None
        parts = header, Objects(rows, self._line_keys)
        if any(part.is_doubled for part in parts):
            return None
        keys, unknown = sum(map(len, found)) + sum(map(len, rows)), set[str]()
        for part in parts:
            unknown |= part.unknown
            values = part.passed_over()
            keys += _keys_within(
                [value for value in values if type(value) in (list, dict)]
            )
        return _Orders(*parts, list(map(len, lines)), keys, unknown)

    def _quick(
        self, found: Sequence[Any], odd: set[int], orders: _Orders | None
    ) -> dict[int, str]:
        """The landed texts of the orders that are accepted whole, by index."""
        chosen = [n for n in range(len(found)) if n not in odd]
        while chosen:
            if orders is None or len(chosen) < len(orders.counts):
                orders = self._told([found[n] for n in chosen])
                assert orders is not None  # noqa: S101  the others are odd
            # What stands once in an order is looked at once, where nothing asks for it
            # by row.
            is_once = not (self._made or self._has_rules or 0 in orders.counts)
            columns, counts, _ = self._made_columns(orders, is_once=is_once)
            per_order = counts if is_once else None
            checked = self._rows.check(columns, sum(counts), counts=per_order)
            if not checked.refused:
                self._rows.count(checked)
                self._tally.left_out += sum(orders.counts) - sum(counts)
                self._tally.unknown(orders.unknown)
                if not orders.unknown and orders.counts[0]:
                    shape = orders.header.shapes[0], orders.rows.shapes[0]
                    self.runs.learn(shape, in_array=self.in_array)
                texts = self._texts(checked, counts, is_once=is_once)
                return dict(zip(chosen, texts, strict=True))
            owners = list(chain.from_iterable(map(repeat, chosen, counts)))
            bad = {owners[row] for row in checked.refused}
            chosen = [n for n in chosen if n not in bad]
        return {}

    def _made_columns(
        self, orders: _Orders, *, is_once: bool = False
    ) -> tuple[dict[str, Sequence[Any]], list[int], list[int] | None]:
        """Rows by column, how many each order has, and which of its own these are."""
        counts, columns = orders.counts, dict[str, Sequence[Any]]()
        for name in self._order_keys.names:
            values = orders.header.column(name)
            if values is not None and not is_once:
                values = list(chain.from_iterable(map(repeat, values, counts)))
            if values is not None:
                columns[name] = values
        for name in self._line_keys.names:
            cells = orders.rows.column(name)
            if cells is not None:
                columns[name] = cells
        columns["line_number"] = _numbered(columns.get("line_number"), counts)
        if self._made is None:
            return columns, counts, None
        columns, kept = self._made.made(columns, sum(counts))
        if kept is None:
            return columns, counts, None
        owners = list(chain.from_iterable(map(repeat, range(len(counts)), counts)))
        left = Counter(owners[row] for row in kept)
        return columns, [left[n] for n in range(len(counts))], kept

    def _texts(
        self, checked: Checked, counts: Sequence[int], *, is_once: bool = False
    ) -> list[str]:
        """The landed lines of orders whose rows are all accepted."""
        if not checked.accepted:
            return [""] * len(counts)
        columns = dict(zip(self._names, checked.columns, strict=True))
        template, cells = _members(
            self._row, [columns[name] for name in self._row], self._optional
        )
        rows = iter(list(map(f"{{{template}}}".__mod__, zip(*cells, strict=True))))
        lines = [",".join(islice(rows, count)) for count in counts]
        heads = [columns[name] for name in self._header]
        if not is_once:
            last = [end - 1 for end in accumulate(counts)]
            heads = [list(map(head.__getitem__, last)) for head in heads]
        template, cells = _members(self._header, heads, self._optional)
        whole = f'{{{template},"lines":[%s]}}\n'
        texts = map(whole.__mod__, zip(*cells, lines, strict=True))
        return [text if n else "" for text, n in zip(texts, counts, strict=True)]

    def _as_sent(self, order: dict[str, Any], found: Found) -> str:
        """The members of an order that are read but its lines, as JSON text."""
        members = [
            f"{json_text(name)}:{json_text(order[found.keys[name]])}"
            for name in self._order_keys.names
            if name in found.keys
        ]
        return f"{{{','.join(members)}}}"


def _loaded(text: bytes) -> Any:
    """A value by the fast reader; None when that does not take the text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _is_odd(orders: _Orders | None, text: bytes) -> bool:
    """Whether orders may be others to the reader that is the measure."""
    return orders is None or orders.keys != _colons(text) or not _is_sure(text)


def _colons(text: bytes) -> int:
    """How many keys a text has, or more when its strings look like keys."""
    if _LATE_COLON.search(text):
        return len(_COLON.findall(text))
    return text.count(b'":')


def _is_sure(text: bytes) -> bool:
    """Whether every number comes back from a binary double as it was written."""
    if not _ODD_NUMBER.search(text):
        return True
    if _EXPONENT.search(text):
        return False
    return all(map(_is_kept, set(_LONG_NUMBER.findall(text))))


def _is_kept(number: bytes) -> bool:
    text = number.decode()
    if "." not in text:
        return abs(int(text)) < 1 << 63
    return text.count(".") == 1 and repr(float(text)) == text


def _keys_within(values: list[Any]) -> int:
    """Keys at any depth of objects and arrays that nothing reads.

    Too deep ones, or a key twice but for its case, count as more than there are.
    """
    keys = 0
    for _ in range(MAX_DEPTH - 6):
        if not values:
            return keys
        objects = [value for value in values if type(value) is dict]
        keys += sum(map(len, objects))
        for shape in set(map(tuple, objects)):
            if len(set(map(str.lower, shape))) < len(shape):
                return _TOO_MANY
        inner = chain.from_iterable(
            value.values() if type(value) is dict else value for value in values
        )
        values = [value for value in inner if type(value) in (list, dict)]
    return _TOO_MANY


def _numbered(numbers: Sequence[Any] | None, counts: Sequence[int]) -> Sequence[Any]:
    """Numbers of lines; one that is absent is its place in the order, from 1."""
    if numbers is not None and set(map(type, numbers)) <= {int, float}:
        return numbers
    places = chain.from_iterable(range(1, count + 1) for count in counts)
    if numbers is None:
        return list(places)
    return [
        place if number is None or (type(number) is str and not number.strip(BLANKS))
        else number
        for number, place in zip(numbers, places, strict=True)
    ]  # fmt: skip


def _members(
    names: Sequence[str], columns: Sequence[Sequence[str]], optional: frozenset[str]
) -> tuple[str, list[Sequence[str]]]:
    """A template of JSON members, and what fills it; texts need no escape."""
    slots, cells = [], list[Sequence[str]]()
    for name, column in zip(names, columns, strict=True):
        has_absent = name in optional and "" in column
        slots.append(f'"{name}":%s' if has_absent else f'"{name}":"%s"')
        if has_absent:
            column = [f'"{text}"' if text else "null" for text in column]
        cells.append(column)
    return ",".join(slots), cells
