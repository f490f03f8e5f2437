"""CSV rows: the header that names their columns, and which of them are accepted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingestion.contracts import Column, Contract
from ingestion.gate.csv_text import CsvReader, Record
from ingestion.gate.drafts import Sink
from ingestion.gate.fit_rows import FitRows, is_as_landed
from ingestion.gate.rules import RowRules
from ingestion.gate.source import Lines, skip_blank
from ingestion.gate.tally import MAX_COLUMNS, MAX_RAW, FileRefusedError, Tally
from ingestion.gate.values import BLANKS, CONSTRAINT, MAX_TEXT, TYPE, Check, check_for

_DELIMITERS = (",", ";")


@dataclass(frozen=True)
class Header:
    """The columns of one file.

    Attributes:
        width: number of cells that every row must have.
        places: position of each contract column, None where the file lacks it.
        unknown: names that the contract does not know.
        text: as it was sent.
    """

    width: int
    places: tuple[int | None, ...]
    unknown: tuple[str, ...]
    text: str


def read_csv(
    lines: Lines,
    contract: Contract,
    landed: Sink,
    tally: Tally,
    sender: str | None = None,
) -> None:
    """Check a file's rows and write the accepted ones.

    Written is a header and the contract's columns in the contract's order, with
    commas, LF, and an empty cell for what is absent. No accepted value needs quotes.

    Raises:
        FileRefusedError: the header is wrong, or the records cannot be told apart.
    """
    reader = CsvReader(lines, skip_blank(lines) + 1)
    header = read_header(reader, contract, contract.names_of(sender))
    tally.unknown(header.unknown)
    names = ",".join(column.name for column in contract.columns)
    landed.write(f"{names}\n".encode("ascii"))
    reader.width = header.width
    rows = _Rows(contract, header, landed, tally)
    runs = None
    if reader.delimiter == "," and is_as_landed(contract, header.places, header.width):
        runs = FitRows(contract, landed, tally)
    while True:
        if runs:
            runs.take(reader)
        record = reader.record()
        if record is None:
            return
        rows.take(record)


def read_header(
    reader: CsvReader, contract: Contract, renamed: Mapping[str, str]
) -> Header:
    """Read the header, by comma or semicolon: whichever gives all that is mandatory.

    ``renamed`` has the contract's name for names that the sender uses.

    Raises:
        FileRefusedError: neither does, or a name is blank, doubled or not UTF-8.
    """
    failures: list[FileRefusedError] = []
    for delimiter in _DELIMITERS:
        header = _try_header(reader, contract, renamed, delimiter)
        if isinstance(header, Header):
            reader.record()
            return header
        failures.append(header)
    raise min(failures, key=_is_delimiter_wrong)


def _try_header(
    reader: CsvReader, contract: Contract, renamed: Mapping[str, str], delimiter: str
) -> Header | FileRefusedError:
    try:
        record = reader.try_record(delimiter)
        if record is None:
            return FileRefusedError("source-error", "The file is empty.")
        return _header(record, contract, renamed)
    except FileRefusedError as error:
        return error


def _header(record: Record, contract: Contract, renamed: Mapping[str, str]) -> Header:
    if record.problem:
        raise FileRefusedError(
            record.problem,
            "The header cannot be read: it is not UTF-8, holds NUL, or its quotes "
            "are wrong.",
            record.line,
        )
    if len(record.cells) > MAX_COLUMNS:
        raise FileRefusedError(
            "record-too-large",
            f"The header names more than {MAX_COLUMNS} columns.",
            record.line,
        )
    labels = [cell.strip(BLANKS) for cell in record.cells]
    names = [renamed.get(label, label) for label in labels]
    known = [column.name for column in contract.columns]
    missing = [
        column.name
        for column in contract.columns
        if column.required and column.name not in names
    ]
    if missing:
        raise _MissingLabelError(missing, known, names, record.line)
    for name, times in Counter(names).items():
        if "\r" in name:
            # Else a file whose lines end so would pass as one without rows.
            raise FileRefusedError(
                "incorrect-label",
                "A column's name holds a lone CR. Lines end in LF or CR LF.",
                record.line,
            )
        if not name:
            raise FileRefusedError(
                "blank-label", "A column of the header has no name.", record.line
            )
        if times > 1:
            raise FileRefusedError(
                "duplicate-label",
                f"The header names the column {name[:100]!r} more than once.",
                record.line,
                name[:100],
            )
    places = tuple(names.index(name) if name in names else None for name in known)
    unknown = tuple(set(names) - set(known))
    text = record.text.rstrip("\r\n")
    return Header(len(names), places, unknown, text)


class _MissingLabelError(FileRefusedError):
    def __init__(
        self, missing: list[str], known: list[str], names: list[str], line: int
    ) -> None:
        super().__init__(
            "missing-label",
            f"The header lacks the mandatory column {', '.join(missing)}.",
            line,
            missing[0],
        )
        self.found = len(set(known) & set(names))


def _is_delimiter_wrong(error: FileRefusedError) -> tuple[int, int]:
    """Sorts first what went wrong with the delimiter that was meant."""
    if isinstance(error, _MissingLabelError):
        return 1, -error.found
    return 0, 0


class _Rows:
    """Takes records, writes or refuses each."""

    def __init__(
        self, contract: Contract, header: Header, landed: Sink, tally: Tally
    ) -> None:
        self._tally = tally
        self._write = landed.write
        self._width = header.width
        self._context = header.text[:MAX_RAW]
        self._fields: list[tuple[Column, int | None, bool, Check]] = [
            (column, place, column.required, check_for(column))
            for column, place in zip(contract.columns, header.places, strict=True)
        ]
        names = [column.name for column in contract.columns]
        self._names = names
        self._rules = RowRules(contract, tally)
        self._site = names.index(contract.site_column)
        self._add_site: Callable[[str], None] = tally.site_ids.add

    def take(self, record: Record) -> None:
        """Check one record."""
        cells = record.cells
        if record.problem:
            self._reject(record, record.problem)
            return
        if len(cells) != self._width:
            short = len(cells) < self._width
            self._reject(record, "missing-cell" if short else "extra-cell")
            return
        written = []
        for column, place, required, check in self._fields:
            text = "" if place is None else cells[place].strip(BLANKS)
            if text:
                reason = check(text) if len(text) <= MAX_TEXT else TYPE
            else:
                reason = CONSTRAINT if required else None
            if reason:
                self._reject(record, reason, column.name, text or None)
                return
            written.append(text)
        if self._rules:
            problem = self._rules.problem(dict(zip(self._names, written, strict=True)))
            if problem:
                self._reject(record, *problem)
                return
        self._tally.accepted += 1
        self._add_site(written[self._site])
        self._write((",".join(written) + "\n").encode("ascii"))

    def _reject(
        self,
        record: Record,
        reason: str,
        column: str | None = None,
        value: str | None = None,
    ) -> None:
        self._tally.reject(
            record.line,
            reason,
            record.text,
            column=column,
            value=value,
            context=self._context,
        )
