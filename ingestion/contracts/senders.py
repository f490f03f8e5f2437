"""How senders write what a contract asks for, read from the YAML under ``senders/``.

Nothing is guessed: what a sender does not declare is read as the contract has it.
"""

from __future__ import annotations

import re
from dataclasses import field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool
from pydantic.dataclasses import dataclass

from ingestion.contracts import FOLDER, LINES, Contract, Feed, Format, load_contracts
from ingestion.contracts.documents import (
    TERMS,
    Code,
    Document,
    Name,
    Text,
    read_document,
)
from ingestion.errors import UsageError

SENDERS = FOLDER / "senders"
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
#: Keys that have a use for one format or feed alone.
_ONLY = {
    **dict.fromkeys(("delimiter", "line_numbers", "repeat_when_blank"), "csv"),
    "orders_under": "json",
    "add_up": "stock",
    "taken_back_when": "orders",
}


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is no time zone") from error
    return name


def _in_lower_case(values: frozenset[str]) -> frozenset[str]:
    return frozenset(value.strip().lower() for value in values)


def _pattern_with_group(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groups
    except re.error as error:
        raise ValueError(f"is no pattern: {error}") from error
    if groups != 1:
        raise ValueError("needs one pair of brackets around the value")
    return pattern


@dataclass(frozen=True, config=TERMS)
class Condition:
    """A value of a column that decides what becomes of a row.

    Attributes:
        column: as the sender names it; in JSON ``lines.KEY`` for a key of a line.
        values: without regard to case and blanks around.
        not_blank: any value but a blank.
    """

    column: Text
    values: Annotated[frozenset[Text], AfterValidator(_in_lower_case)] | None = None
    not_blank: Literal[True] | None = None

    def __post_init__(self) -> None:
        if (self.values is None) == (self.not_blank is None):
            raise ValueError("needs either values or not_blank")

    def holds(self, value: object) -> bool:
        """Whether a value as it was read is one of these."""
        text = _text(value)
        return bool(text) if self.values is None else text.lower() in self.values


@dataclass(frozen=True, config=TERMS)
class Constant:
    """A column that the files lack: its value, or the pattern of a part of the name."""

    value: Text | None = None
    from_file_name: Annotated[Text, AfterValidator(_pattern_with_group)] | None = None

    def for_file(self, name: str) -> str | None:
        """The value for one file, None when its name does not bear it."""
        if self.from_file_name is None:
            return self.value
        found = re.search(self.from_file_name, name)
        return found[1] if found else None


@dataclass(frozen=True, config=TERMS)
class Timestamps:
    """How times are written.

    Attributes:
        format: of ``datetime.strptime``; None: as in the contract.
        time_zone: of times without an offset; None: UTC.
    """

    format: Annotated[Text, Field(pattern="%")] | None = None
    time_zone: Annotated[Text, AfterValidator(_known_zone)] | None = None


@dataclass(frozen=True, config=TERMS)
class DateAndTime:
    """The two columns that together give the time."""

    date: Text
    time: Text


def _named(value: Any) -> Any:
    return {"value": value} if isinstance(value, str) else value


Texts = Annotated[tuple[Text, ...], Field(min_length=1)]


@dataclass(frozen=True, config=TERMS)
class Sender:
    """How the files of one make are written where they differ from the contract.

    Attributes:
        files: patterns of file names, without regard to case: ``kassa-*``.
        columns: the contract's name for each that the sender names otherwise.
        passed_over: columns that look like the contract's and are not.
        constants: columns that the files lack.
        line_numbers: by their place among the rows of their order.
        repeat_when_blank: cells that, when blank, repeat the one above in an order.
        leave_out: rows that are none, such as a total.
        taken_back_when: rows whose quantity is 0, whatever they say.
        orders_under: the key of an envelope under which the orders stand.
        add_up: rows of one warehouse and SKU are parts of one figure.
    """

    name: Code
    description: Text
    feed: Feed
    format: Format
    files: Texts
    columns: dict[str, Name] = field(default_factory=dict)
    passed_over: tuple[Text, ...] = ()
    encoding: Literal["utf-8", "cp1252", "latin-1", "utf-16"] = "utf-8"
    delimiter: Literal["comma", "semicolon", "tab", "pipe"] | None = None
    decimal_sign: Literal[".", ","] = "."
    thousands_sign: Literal["", ".", ",", " ", "'"] = ""
    trailing_minus: StrictBool = False
    timestamps: Timestamps = Timestamps()
    date_and_time: DateAndTime | None = None
    constants: dict[str, Annotated[Constant, BeforeValidator(_named)]] = field(
        default_factory=dict
    )
    line_numbers: Literal["by_position"] | None = None
    repeat_when_blank: tuple[Text, ...] = ()
    leave_out: tuple[Condition, ...] = ()
    taken_back_when: tuple[Condition, ...] = ()
    orders_under: Text | None = None
    add_up: StrictBool = False

    def takes(self, file_name: str) -> bool:
        """Whether a file is this sender's, by its name."""
        name = file_name.lower()
        return any(fnmatchcase(name, pattern.lower()) for pattern in self.files)

    @property
    def separator(self) -> str | None:
        """The sign between cells; None: as in the contract."""
        return _DELIMITERS[self.delimiter] if self.delimiter else None

    @property
    def supplied(self) -> frozenset[str]:
        """Columns of the contract that the files need not have."""
        found = {*self.constants}
        found |= {"line_number"} if self.line_numbers else set()
        found |= {timestamp_column(self.feed)} if self.date_and_time else set()
        return frozenset(found)

    @property
    def read_by_conditions(self) -> list[str]:
        """The sender's names of columns that its conditions and times read."""
        conditions = (*self.leave_out, *self.taken_back_when)
        parts = self.date_and_time
        times = [parts.date, parts.time] if parts else []
        return [*(condition.column for condition in conditions), *times]


def timestamp_column(feed: str) -> str:
    """The one column of a feed that is a time."""
    return "ordered_at" if feed == "orders" else "snapshot_at"


@lru_cache(maxsize=4)
def load_senders(folder: Path = SENDERS) -> tuple[Sender, ...]:
    """Every sender of a folder, by the names of the YAML files.

    Raises:
        UsageError: a file is wrong, or two senders have one name; the message names
            file, line and key.
    """
    found: list[Sender] = []
    for path in sorted(folder.glob("*.yml")):
        document = read_document(path, "sender")
        sender = document.terms(Sender)
        contract = load_contracts().get((sender.feed, sender.format))
        if contract is None:
            raise document.error(("format",), f"is not one of the feed {sender.feed}")
        _check(document, contract, sender)
        if sender.name in [one.name for one in found]:
            raise document.error(("name",), "is used twice")
        found.append(sender)
    return tuple(found)


def sender_of(feed: str, file_format: str, file_name: str) -> Sender | None:
    """The first sender of a feed and format whose patterns take a file's name."""
    for sender in load_senders():
        is_meant = (sender.feed, sender.format) == (feed, file_format)
        if is_meant and sender.takes(file_name):
            return sender
    return None


def sender_named(name: str | None) -> Sender | None:
    """A sender by its name.

    Raises:
        UsageError: there is none of this name.
    """
    if name is None:
        return None
    for sender in load_senders():
        if sender.name == name:
            return sender
    known = ", ".join(one.name for one in load_senders()) or "none"
    raise UsageError(f"There is no sender {name!r}. Those in {SENDERS} are: {known}.")


def _check(document: Document, contract: Contract, sender: Sender) -> None:
    for key, use in _ONLY.items():
        kind = sender.feed if use in ("orders", "stock") else sender.format
        if key in document.content and use != kind:
            raise document.error((key,), f"has no use for {kind}")
    if sender.thousands_sign == sender.decimal_sign:
        raise document.error(("thousands_sign",), "is the decimal sign too")
    known = {column.name for column in contract.columns}
    targets = known | ({LINES} if contract.format == "json" else set())
    wrong = [
        *(
            (("columns", own), f"is {name!r}, which is no column")
            for own, name in sender.columns.items()
            if name not in targets
        ),
        *(
            (("columns", own), "is the contract's own name")
            for own, name in sender.columns.items()
            if own in targets and own != name
        ),
        *(
            (("constants", name), "is no column")
            for name in sender.constants.keys() - known
        ),
        *(
            (("constants", name), "is a column already")
            for name in sender.constants.keys() & set(sender.columns.values())
        ),
        *(
            (("passed_over",), f"names {own!r}, which is read")
            for own in sender.passed_over
            if own in sender.columns or own in known
        ),
    ]
    for place, problem in wrong:
        raise document.error(place, problem)


def _text(value: object) -> str:
    """A value as JSON or CSV writes it; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip(" \t")
