"""The header of a CSV file: which columns it names, by which delimiter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.contracts import Contract
from ingestion.contracts.senders import Sender
from ingestion.contracts.values import BLANKS
from ingestion.gate.reading.csv.records import CsvReader, Record
from ingestion.gate.reading.verdict import MAX_COLUMNS, FileRefusedError

_DELIMITERS = (",", ";")
#: Other signs that may part columns; they are named, not taken.
_OTHER_DELIMITERS = {"\t": "tabs", "|": "pipes", "^": "carets", ":": "colons"}


@dataclass(frozen=True)
class Header:
    """The columns of one file.

    Attributes:
        width: number of cells that every row must have.
        places: where each column stands that is read, by the contract's name or, for
            what only a sender's conditions read, by its own.
        unknown: names that nothing reads.
        text: as it was sent.
        is_as_landed: the contract's columns in the contract's order, and no others.
    """

    width: int
    places: Mapping[str, int]
    unknown: tuple[str, ...]
    text: str
    is_as_landed: bool


@dataclass(frozen=True)
class Names:
    """What a file may call its columns.

    Attributes:
        known: the contract's columns in order.
        required: those that the file must have.
        renamed: the contract's name for a sender's own.
        read: a sender's names of columns that no column of the contract is.
        passed_over: names that are not taken for misspelt ones.
    """

    known: tuple[str, ...]
    required: tuple[str, ...]
    renamed: Mapping[str, str]
    read: frozenset[str]
    passed_over: frozenset[str]


def names_of(contract: Contract, sender: Sender | None) -> Names:
    """The names that a contract and a sender give to columns."""
    known = tuple(column.name for column in contract.columns)
    supplied = sender.supplied if sender else frozenset()
    own = {*sender.read_by_conditions, *sender.repeat_when_blank} if sender else set()
    renamed = sender.columns if sender else {}
    return Names(
        known,
        tuple(
            column.name
            for column in contract.columns
            if column.required and column.name not in supplied
        ),
        renamed,
        frozenset(own - renamed.keys() - set(known)),
        frozenset(sender.passed_over) if sender else frozenset(),
    )


def read_header(reader: CsvReader, names: Names, delimiter: str | None) -> Header:
    """Read the header, by comma or semicolon: whichever gives all that is mandatory.

    A ``delimiter`` is the one that the sender declares.

    Raises:
        FileRefusedError: neither does, or a name is blank, doubled, not UTF-8, or
            nearly one that is read.
    """
    failures: list[FileRefusedError] = []
    for one in [delimiter] if delimiter else _DELIMITERS:
        header = _try_header(reader, names, one)
        if isinstance(header, Header):
            reader.record()
            return header
        failures.append(header)
    raise min(failures, key=_is_delimiter_wrong)


def _try_header(
    reader: CsvReader, names: Names, delimiter: str
) -> Header | FileRefusedError:
    try:
        record = reader.try_record(delimiter)
        if record is None:
            return FileRefusedError("source-error", "The file is empty. Send it again.")
        return _header(record, names)
    except FileRefusedError as error:
        return error


def _header(record: Record, names: Names) -> Header:
    line = record.line
    if record.problem:
        raise FileRefusedError(
            record.problem,
            f"The header on line {line} cannot be read: it is not UTF-8, holds NUL, or "
            "its quotes are wrong. Save it as UTF-8 with plain names.",
            line,
        )
    if len(record.cells) > MAX_COLUMNS:
        raise FileRefusedError(
            "record-too-large",
            f"The header names more than {MAX_COLUMNS} columns. Send those of the "
            "contract.",
            line,
        )
    labels = [cell.strip(BLANKS) for cell in record.cells]
    found = [names.renamed.get(label, label) for label in labels]
    missing = [name for name in names.required if name not in found]
    if missing:
        raise _MissingLabelError(missing, names, labels, found, record)
    times = Counter(found)
    for place, (label, name) in enumerate(zip(labels, found, strict=True), start=1):
        wrong = _wrong_label(label, name, times[name], names)
        if wrong:
            reason, message = wrong
            message = f"Column {place} of the header on line {line}: {message}"
            raise FileRefusedError(reason, message, line, label[:100] or None)
    is_read = {*names.known, *names.read}
    return Header(
        len(found),
        {name: place for place, name in enumerate(found) if name in is_read},
        tuple(sorted(set(found) - is_read)),
        record.text.rstrip("\r\n"),
        tuple(found) == names.known,
    )


def _wrong_label(
    label: str, name: str, times: int, names: Names
) -> tuple[str, str] | None:
    """Why a column's name refuses the file, and the cure."""
    if "\r" in name:
        # Else a file whose lines end so would pass as one without rows.
        message = "its name holds a lone CR. End lines with LF or CR LF."
        return "incorrect-label", message
    if not name:
        return "blank-label", "it has no name. Name it, or take it out of every row."
    if times > 1:
        message = f"{name[:100]!r} is the name of another too. Send each column once."
        return "duplicate-label", message
    near = _near(label, names)
    if near:
        return (
            "incorrect-label",
            f"{label[:100]!r} is nearly {near!r} and would be missed. "
            f"Name it {near}, or declare it as passed_over of a sender.",
        )
    return None


def _near(label: str, names: Names) -> str | None:
    """The name that a label differs from only in case, blanks, ``_`` or ``-``."""
    wanted = {*names.known, *names.read, *names.renamed}
    if label in wanted or label in names.passed_over:
        return None
    return next((name for name in sorted(wanted) if _bare(name) == _bare(label)), None)


def _bare(name: str) -> str:
    return re.sub(r"[ \t_-]", "", name.lower())


class _MissingLabelError(FileRefusedError):
    def __init__(
        self,
        missing: list[str],
        names: Names,
        labels: list[str],
        found: list[str],
        record: Record,
    ) -> None:
        super().__init__(
            "missing-label",
            f"The header on line {record.line} lacks the mandatory column "
            f"{', '.join(missing)}. {_cure(missing, names, labels, record)}",
            record.line,
            missing[0],
        )
        self.found = len(set(names.known) & set(found))


def _cure(missing: list[str], names: Names, labels: list[str], record: Record) -> str:
    """What a header that lacks a column seems to be, and what to do about it."""
    text = record.text.strip(" \t\r\n")
    near = ", ".join(label for label in labels if _near(label, names) in missing)
    required = set(map(_bare, names.required))
    other = [
        name
        for sign, name in _OTHER_DELIMITERS.items()
        if required <= {_bare(cell.strip('"')) for cell in text.split(sign)}
    ]
    seems = {
        f"{text[:10]} was found in line {record.line}, which spreadsheets write for "
        "themselves: take that line out.": text.lower().startswith("sep="),
        "It looks like JSON: let the name end in .json.": text[:1] in ("[", "{"),
        "It looks like a page (HTML or XML), not CSV: export it again.":
            text[:1] == "<",
        f"Names differ only in case, blanks or hyphens: {near[:200]}. "
        f"Write {', '.join(missing)}.": near,
        f"The header is separated by {''.join(other[:1])}: write commas or semicolons, "
        "or declare the delimiter of a sender.": other,
        "The first line seems to be a row: put the header before it.":
            len(labels) == len(names.known) and not set(labels) & set(names.known),
    }  # fmt: skip
    plain = "Name the columns as the contract does, or declare the names of a sender."
    return next((said for said, holds in seems.items() if holds), plain)


def _is_delimiter_wrong(error: FileRefusedError) -> tuple[int, int]:
    """Sorts first what went wrong with the delimiter that was meant."""
    if isinstance(error, _MissingLabelError):
        return 1, -error.found
    return 0, 0
