"""JSON lines that can be landed as they were sent.

A line is fit when both readers of the lake take from it what the gate read: one order
in printable ASCII, no key but the contract's, every value in a form that is proved
fine by its pattern alone, no blank or escape in a string, a number for every line.
Numbers stay numbers: DuckDB takes them through binary doubles, which give the same
decimal back up to 15 digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from ingestion.contracts import Column, Contract
from ingestion.gate import proofs

Shape = tuple[tuple[str, ...], tuple[str, ...]]

_GAP = r"[ \t]*"
_COMMA = rf"{_GAP},{_GAP}"
#: A sender writes its keys in one order, or a few where some may be absent.
_MOST_SHAPES = 8


class FitLines:
    """Finds runs of fit lines in a block, by the shapes that it has been shown."""

    def __init__(self, contract: Contract) -> None:
        self._columns = contract.columns
        #: Rules across columns are held row by row.
        self._is_scanned = not contract.rules
        self._any_line = _any_line(contract.columns)
        self._shapes: tuple[Shape, ...] = ()
        self._run: Any = None
        name = f'"{contract.site_column}"{_GAP}:{_GAP}'
        self._site = re.compile(rf'{name}(?:"[^"]*"|[0-9]+)'.encode())
        #: How the last block named its store, as most senders are one.
        self._usual_site = b""

    def learn(self, order: dict[str, Any]) -> None:
        """Be shown an order that is fit: others of its sender may look alike."""
        shape = tuple(order), tuple(order["lines"][0])
        is_new = self._is_scanned and shape not in self._shapes
        if is_new and len(self._shapes) < _MOST_SHAPES:
            self._shapes += (shape,)
            self._run = _run(self._columns, self._shapes)

    def end(self, block: bytes, start: int) -> int:
        """Where the run of fit lines ends that begins at a position."""
        found = self._run.match(block, start) if self._run else None
        return int(found.end()) if found else start

    def fits(self, line: bytes) -> bool:
        """Whether a line is fit that is known to be accepted as a whole.

        Takes its keys in any order, and so does not see one that is missing.
        """
        return self._any_line.fullmatch(line) is not None

    def sites(self, lines: bytes, number: int) -> set[str]:
        """Distinct stores of a number of fit lines, but for those known before."""
        if self._usual_site and lines.count(self._usual_site) == number:
            return set()
        members = set(self._site.findall(lines))
        # One without quotes could be the beginning of another.
        quoted = [member for member in members if member.endswith(b'"')]
        self._usual_site = quoted[0] if quoted else b""
        return {member.partition(b":")[2].strip(b' \t"').decode() for member in members}


@lru_cache(maxsize=64)
def _run(columns: tuple[Column, ...], shapes: tuple[Shape, ...]) -> Any:
    lines = [_line_of(columns, shape) for shape in shapes]
    return proofs.compiled(rf"(?:{proofs.any_of(lines)}\r?\n)*")


@lru_cache(maxsize=16)
def _any_line(columns: tuple[Column, ...]) -> Any:
    header = [_member(column) for column in columns if column.part == "order"]
    row = [_member(column) for column in columns if column.part == "line"]
    element = _in_braces([_list_of(proofs.any_of(row))])
    line = _in_braces([_list_of(proofs.any_of([*header, _lines(element)]))])
    return proofs.compiled(rf"{line}(?:\r?\n)?")


def _line_of(columns: Sequence[Column], shape: Shape) -> str:
    """Lines whose keys stand in one order."""
    members = {(column.part, column.name): _member(column) for column in columns}
    header, row = shape
    element = _in_braces(members["line", name] for name in row)
    return _in_braces(
        _lines(element) if name == "lines" else members["order", name]
        for name in header
    )


def _member(column: Column) -> str:
    return f'"{column.name}"{_GAP}:{_GAP}{_value(column)}'


def _value(column: Column) -> str:
    if column.type == "id":
        return proofs.any_of(
            [f'"{proofs.ID}"', "0", "[1-9][0-9]{0,14}", *_null(column)]
        )
    if column.type == "timestamp":
        return proofs.any_of([f'"{proofs.TIMESTAMP}"', *_null(column)])
    pattern = proofs.number(column)
    plain = [pattern, f'"{pattern}"'] if pattern else []
    return proofs.any_of([*plain, *_null(column)] or [proofs.NOTHING])


def _null(column: Column) -> list[str]:
    """An absent line number is counted by the gate, so its line is written anew."""
    return [] if column.required or column.type == "line_number" else ["null"]


def _lines(element: str) -> str:
    return rf'"lines"{_GAP}:{_GAP}\[{_GAP}{_list_of(element)}{_GAP}\]'


def _list_of(item: str) -> str:
    return f"{item}(?:{_COMMA}{item})*"


def _in_braces(members: Iterable[str]) -> str:
    return rf"\{{{_GAP}{_COMMA.join(members)}{_GAP}\}}"
