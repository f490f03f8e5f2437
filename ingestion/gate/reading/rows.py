"""Many rows at once, column by column: which are accepted, and the texts to land.

The rows of CSV and JSON are checked here alike. Senders repeat the same few stores,
times and quantities, so each distinct value of a column is looked at once.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import compress, repeat
from typing import Any

from ingestion.contracts import Column, Contract, Rule
from ingestion.contracts.ids import spreadsheet_form
from ingestion.contracts.senders import Sender
from ingestion.contracts.values import (
    MAX_TEXT,
    JsonNumber,
    Problem,
    form_of,
    is_as_contract,
)
from ingestion.gate.reading import patterns
from ingestion.gate.reading.verdict import Refusal, Tally

#: Distinct values of a column that are remembered, at most.
_REMEMBERED = 65_536
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
_NO_PROBLEMS: dict[int, Problem] = {}


@dataclass(frozen=True)
class Checked:
    """What became of some rows.

    Attributes:
        columns: texts of the accepted rows in the contract's order of columns; an
            absent value is an empty text.
        accepted: how many these are.
        refused: by the index of the row.
        unreadable: accepted rows with a value that counts as absent.
        warned: accepted rows that break a rule of severity warn, by rule.
        is_as_sent: every row is accepted, each value as it was given.
    """

    columns: list[Sequence[str]]
    accepted: int
    refused: dict[int, Refusal]
    unreadable: int
    warned: dict[str, int]
    is_as_sent: bool


class Rows:
    """Checks the rows of one file."""

    def __init__(self, contract: Contract, tally: Tally, sender: Sender | None) -> None:
        self._columns = [
            (column, _Texts(column, sender, tally)) for column in contract.columns
        ]
        self._rules = contract.rules
        names = [column.name for column in contract.columns]
        self._places = {name: place for place, name in enumerate(names)}
        self._site = names.index(contract.site_column)
        self._tally = tally

    def check(
        self,
        given: Mapping[str, Sequence[Any]],
        size: int,
        broken: Mapping[int, Refusal] | None = None,
        counts: Sequence[int] | None = None,
    ) -> Checked:
        """Check rows given by column; a column that is not given is absent.

        Args:
            given: values by the column's name.
            size: how many rows these are.
            broken: rows that are refused whatever their values are, but for the
                values of the order that they belong to.
            counts: the rows of each order, at least one, when the columns of an order
                are given, and come back, once for each; rows that are refused leave
                no columns then, and the contract has to have no rules.
        """
        refused: dict[int, Refusal] = {}
        unreadable: set[int] = set()
        columns: list[Sequence[str]] = []
        is_as_sent = True
        for column, texts in self._columns:
            if broken and column.part != "order":
                for index, refusal in broken.items():
                    refused.setdefault(index, refusal)
                broken = None
            per_order = counts if column.part == "order" else None
            length = size if per_order is None else len(per_order)
            values = given.get(column.name) or [None] * length
            landed, problems = texts.of(values)
            if problems and column.if_malformed == "absent":
                unreadable |= problems.keys()
                landed = [
                    "" if index in problems else text
                    for index, text in enumerate(landed)
                ]
            else:
                for index, problem in problems.items():
                    reason, value = problem.reason, values[index]
                    refusal = Refusal(reason, problem.message, column.name, value)
                    for row in _rows_of(index, per_order):
                        refused.setdefault(row, refusal)
            is_as_sent = is_as_sent and landed is values
            columns.append(landed)
        warned = self._hold_rules(columns, refused) if self._rules else {}
        if refused:
            is_kept = [index not in refused for index in range(size)]
            columns = [
                [] if counts else list(compress(column, is_kept)) for column in columns
            ]
        return Checked(
            columns,
            size - len(refused),
            refused,
            len(unreadable - refused.keys()),
            warned,
            is_as_sent and not refused,
        )

    def count(self, checked: Checked) -> None:
        """Count the accepted rows; the refused ones are counted as they are named."""
        self._tally.accepted += checked.accepted
        self._tally.unreadable += checked.unreadable
        self._tally.warned.update(checked.warned)
        self._tally.site_ids.update(checked.columns[self._site])

    def _hold_rules(
        self, columns: list[Sequence[str]], refused: dict[int, Refusal]
    ) -> dict[str, int]:
        """Refuse rows that break a rule of severity error; count the others."""
        broken = [
            (rule, self._breaking(rule, columns, refused)) for rule in self._rules
        ]
        for rule, rows in broken:
            if rule.severity == "error":
                texts = columns[self._places[rule.column]]
                for row in rows:
                    message = f"{rule.column} breaks a rule: {rule.description}"
                    refused.setdefault(
                        row, Refusal("row-constraint", message, rule.column, texts[row])
                    )
        kept = {
            rule.name: sum(row not in refused for row in rows)
            for rule, rows in broken
            if rule.severity == "warn"
        }
        return {name: count for name, count in kept.items() if count}

    def _breaking(
        self, rule: Rule, columns: list[Sequence[str]], refused: dict[int, Refusal]
    ) -> list[int]:
        texts, other = columns[self._places[rule.column]], rule.other_column
        others = (
            columns[self._places[other]]
            if other
            else repeat(f"{rule.value:f}", len(texts))
        )
        pairs = list(zip(texts, others, strict=True))
        good = [row for row in range(len(pairs)) if row not in refused]
        bad = {pair for pair in {pairs[row] for row in good} if _is_broken(rule, pair)}
        return [row for row in good if pairs[row] in bad] if bad else []


class _Texts:
    """The landed texts of one column's values."""

    def __init__(self, column: Column, sender: Sender | None, tally: Tally) -> None:
        self._name = column.name
        self._tally = tally
        self._is_id = column.type == "id"
        self._form = form_of(column, sender)
        is_plain = is_as_contract(column, sender)
        self._plain = patterns.values(column) if is_plain else None
        #: Values that are landed as they are, and what becomes of others.
        self._fine: set[Any] = set()
        self._other: dict[Any, str | Problem] = {}
        self._has_problems = False
        self._is_full = False

    def of(self, values: Sequence[Any]) -> tuple[Sequence[str], dict[int, Problem]]:
        """The text of every value, and the problems by index.

        The very values come back when all of them are landed as they are.
        """
        if self._is_full:
            self._fine, self._other, self._is_full = set(), {}, False
        keys = _keys(values, self._is_id)
        odd = set(keys).difference(self._fine)
        if odd:
            unknown = odd.difference(self._other)
            if unknown:
                self._learn(unknown)
            odd.difference_update(self._fine)
        if not odd:
            return values, _NO_PROBLEMS
        found: list[Any] = list(map(self._other.get, keys, values))
        if self._has_problems:
            problems = {
                index: text for index, text in enumerate(found) if type(text) is Problem
            }
            return found, problems
        return found, _NO_PROBLEMS

    def _learn(self, unknown: set[Any]) -> None:
        """Look at distinct values: all at once, else one by one."""
        if not self._learn_plain(list(unknown)):
            for key in unknown:
                value = _value_of(key)
                text = self._form(value)
                if self._is_id and type(text) is str:
                    self._note(text)
                if text == value and type(value) is type(key) is str:
                    self._fine.add(key)
                else:
                    self._other[key] = text
                    self._has_problems |= type(text) is Problem
                    # A long value must not stay in memory after its block.
                    is_long = isinstance(value, str) and len(value) > MAX_TEXT
                    self._is_full = self._is_full or is_long
        count = len(self._fine) + len(self._other)
        self._is_full = self._is_full or count > _REMEMBERED

    def _note(self, text: str) -> None:
        """Remember an id that a spreadsheet seems to have changed."""
        note = spreadsheet_form(text)
        if note:
            self._tally.note(f"{self._name} {text} {note}")

    def _learn_plain(self, unknown: list[Any]) -> bool:
        """Take values that are all of a plain form, texts or numbers of JSON."""
        kinds = set(map(type, unknown))
        if self._plain is None:
            return False
        if kinds == {str}:
            texts = unknown
        elif kinds <= {int, float} and not self._is_id:
            texts = [str(value).removesuffix(".0") for value in unknown]
        else:
            return False
        joined = "\n".join([*texts, ""])
        is_split = joined.count("\n") == len(texts)
        if not (is_split and joined.isascii()) or not self._plain.fullmatch(
            joined.encode()
        ):
            return False
        if texts is unknown:
            self._fine.update(unknown)
        else:
            self._other.update(zip(unknown, texts, strict=True))
        return True


def _rows_of(index: int, counts: Sequence[int] | None) -> Sequence[int]:
    """The rows of an order, or the row itself."""
    if counts is None:
        return (index,)
    start = sum(counts[:index])
    return range(start, start + counts[index])


def _keys(values: Sequence[Any], is_id: bool) -> Sequence[Any]:
    """Values so that equal ones are read alike: 1 is not true, nor "1e3" 1e3."""
    kinds = set(map(type, values))
    if kinds == {str}:
        return values
    kinds.discard(type(None))
    is_one = len(kinds) <= 1 or (kinds == {int, float} and not is_id)
    if is_one and kinds.isdisjoint((list, dict, JsonNumber)):
        return values
    return [
        (type(value), str(value) if isinstance(value, (list, dict)) else value)
        for value in values
    ]


def _value_of(key: Any) -> Any:
    if type(key) is not tuple:
        return key
    return key[0]() if key[0] in (list, dict) else key[1]


def _is_broken(rule: Rule, pair: tuple[str, str]) -> bool:
    text, other = pair
    if not text or not other:
        return False
    return not _COMPARE[rule.compare](Decimal(text), Decimal(other))
