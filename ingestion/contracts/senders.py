"""How senders write what a contract asks for, read from the YAML under ``senders/``.

Nothing is guessed: what a sender does not declare is read as the contract has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingestion.contracts import FOLDER, LINES, Contract, load_contracts
from ingestion.contracts.documents import SENDER, Document, read_document
from ingestion.errors import UsageError

SENDERS = FOLDER / "senders"
_DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
#: Keys that only one format has a use for.
_ONLY = {
    "csv": ("delimiter", "line_numbers", "repeat_when_blank", "add_up"),
    "json": ("orders_under",),
}


@dataclass(frozen=True)
class Condition:
    """A value of a column that decides what becomes of a row.

    Attributes:
        column: as the sender names it; in JSON ``lines.KEY`` for a key of a line.
        values: without regard to case and blanks around; None: any but a blank.
    """

    column: str
    values: frozenset[str] | None

    def holds(self, value: object) -> bool:
        """Whether a value as it was read is one of these."""
        text = _text(value)
        return bool(text) if self.values is None else text.lower() in self.values


@dataclass(frozen=True)
class Constant:
    """A column that the files lack: its value, or the pattern of a part of the name."""

    column: str
    value: str | None
    from_file_name: str | None

    def for_file(self, name: str) -> str | None:
        """The value for one file, None when its name does not bear it."""
        if self.from_file_name is None:
            return self.value
        found = re.search(self.from_file_name, name)
        return found[1] if found else None


@dataclass(frozen=True)
class Sender:
    """How the files of one make are written where they differ from the contract.

    Attributes:
        files: patterns of file names, without regard to case: ``kassa-*``.
        names: the sender's name and the contract's, for each that differs.
        passed_over: columns that look like the contract's and are not.
        timestamp_format: of ``datetime.strptime``; None: as in the contract.
        time_zone: of times without an offset; None: UTC.
        date_and_time: the two columns that together give the time.
        by_position: lines are numbered by their place among the rows of their order.
        repeated: cells that, when blank, repeat the one above within an order.
        left_out: rows that are none, such as a total.
        taken_back: rows whose quantity is 0, whatever they say.
        orders_under: the key of an envelope under which the orders stand.
        adds_up: rows of one warehouse and SKU are parts of one figure.
    """

    name: str
    description: str
    feed: str
    format: str
    files: tuple[str, ...]
    names: tuple[tuple[str, str], ...] = ()
    passed_over: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str | None = None
    decimal_sign: str = "."
    thousands_sign: str = ""
    trailing_minus: bool = False
    timestamp_format: str | None = None
    time_zone: str | None = None
    date_and_time: tuple[str, str] | None = None
    constants: tuple[Constant, ...] = ()
    by_position: bool = False
    repeated: tuple[str, ...] = ()
    left_out: tuple[Condition, ...] = ()
    taken_back: tuple[Condition, ...] = ()
    orders_under: str | None = None
    adds_up: bool = False

    def takes(self, file_name: str) -> bool:
        """Whether a file is this sender's, by its name."""
        name = file_name.lower()
        return any(fnmatchcase(name, pattern.lower()) for pattern in self.files)

    @property
    def supplied(self) -> frozenset[str]:
        """Columns of the contract that the files need not have."""
        found = {constant.column for constant in self.constants}
        found |= {"line_number"} if self.by_position else set()
        found |= {timestamp_column(self.feed)} if self.date_and_time else set()
        return frozenset(found)


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
        document = read_document(path, SENDER)
        sender = _sender(document)
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


def _sender(document: Document) -> Sender:
    keys = document.content
    contract = load_contracts().get((keys["feed"], keys["format"]))
    if contract is None:
        raise document.error(("format",), f"is not one of the feed {keys['feed']}")
    timestamps, parts = keys.get("timestamps", {}), keys.get("date_and_time")
    sender = Sender(
        name=keys["name"],
        description=keys["description"],
        feed=keys["feed"],
        format=keys["format"],
        files=tuple(keys["files"]),
        names=tuple((str(own), name) for own, name in keys.get("columns", {}).items()),
        passed_over=tuple(keys.get("passed_over", [])),
        encoding=keys.get("encoding", "utf-8"),
        delimiter=_DELIMITERS.get(keys.get("delimiter", "")),
        decimal_sign=keys.get("decimal_sign", "."),
        thousands_sign=keys.get("thousands_sign", ""),
        trailing_minus=keys.get("trailing_minus", False),
        timestamp_format=timestamps.get("format"),
        time_zone=timestamps.get("time_zone"),
        date_and_time=(parts["date"], parts["time"]) if parts else None,
        constants=tuple(
            _constant(column, value)
            for column, value in keys.get("constants", {}).items()
        ),
        by_position="line_numbers" in keys,
        repeated=tuple(keys.get("repeat_when_blank", [])),
        left_out=_conditions(keys.get("leave_out", [])),
        taken_back=_conditions(keys.get("taken_back_when", [])),
        orders_under=keys.get("orders_under"),
        adds_up=keys.get("add_up", False),
    )
    _check_names(document, contract, sender)
    _check_keys(document, sender)
    return sender


def _constant(column: str, value: Any) -> Constant:
    if isinstance(value, str):
        return Constant(column, value, None)
    return Constant(column, None, value["from_file_name"])


def _conditions(items: list[dict[str, Any]]) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            item["column"],
            frozenset(value.strip().lower() for value in item["values"])
            if "values" in item
            else None,
        )
        for item in items
    )


def _check_names(document: Document, contract: Contract, sender: Sender) -> None:
    known = {column.name for column in contract.columns}
    targets = known | ({LINES} if contract.format == "json" else set())
    for own, name in sender.names:
        if name not in targets:
            raise document.error(("columns", own), f"is {name!r}, which is no column")
        if own in targets and own != name:
            raise document.error(("columns", own), "is the contract's own name")
    for constant in sender.constants:
        if constant.column not in known:
            raise document.error(("constants", constant.column), "is no column")
        if constant.column in [name for _, name in sender.names]:
            raise document.error(("constants", constant.column), "is a column already")
    for own in sender.passed_over:
        if own in dict(sender.names) or own in known:
            raise document.error(("passed_over",), f"names {own!r}, which is read")


def _check_keys(document: Document, sender: Sender) -> None:
    other = "json" if sender.format == "csv" else "csv"
    for key in _ONLY[other]:
        if key in document.content:
            raise document.error((key,), f"has no use for {sender.format}")
    for key, feed in (("add_up", "stock"), ("taken_back_when", "orders")):
        if key in document.content and sender.feed != feed:
            raise document.error((key,), f"has no use for {sender.feed}")
    if sender.thousands_sign == sender.decimal_sign:
        raise document.error(("thousands_sign",), "is the decimal sign too")
    for constant in sender.constants:
        _check_pattern(document, constant)
    if sender.time_zone is not None:
        try:
            ZoneInfo(sender.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            place = ("timestamps", "time_zone")
            raise document.error(place, "is no time zone") from error


def _check_pattern(document: Document, constant: Constant) -> None:
    if constant.from_file_name is None:
        return
    place = ("constants", constant.column, "from_file_name")
    try:
        groups = re.compile(constant.from_file_name).groups
    except re.error as error:
        raise document.error(place, f"is no pattern: {error}") from error
    if groups != 1:
        raise document.error(place, "needs one pair of brackets around the value")


def _text(value: object) -> str:
    """A value as JSON or CSV writes it; nothing for null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip(" \t")
