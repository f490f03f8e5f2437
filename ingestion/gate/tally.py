"""Counting what validation finds, and the errors that refuse a file or a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from ingestion.contracts import Contract

#: Longest JSON document or CSV record, in bytes (of text: characters). It bounds
#: the memory that a file can take, whatever is in it.
MAX_RECORD = 64 * 1024 * 1024
#: Values in one JSON document, counted by its commas: a few bytes of text become a
#: hundred in memory. An order of 16 MiB in lines of any sensible form has fewer.
MAX_VALUES = 3_000_000
#: Columns of a CSV file, for the same reason.
MAX_COLUMNS = 10_000
MAX_RAW = 10_000
_MAX_VALUE = 1_000
#: Beyond this many distinct names, more are not worth their memory.
_MAX_UNKNOWN = 1_000


@dataclass(frozen=True)
class Reject:
    r"""One refused row.

    Attributes:
        line: physical line of the file on which the row begins, from 1.
        reason: stable code.
        column: the offending column or key, None when the row as a whole is.
        value: the offending value as written, None when absent.
        raw: text of the row, cut; bytes that are not UTF-8, and NUL, as ``\xNN``.
        context: what the row cannot be read without: the header of a CSV file, or of
            an order the members but its lines; None when ``raw`` is whole by itself.
        position: of an element among all of its order's lines, from 1; else None.
    """

    line: int
    reason: str
    column: str | None
    value: str | None
    raw: str
    context: str | None = None
    position: int | None = None


class FileRefusedError(Exception):
    """The file cannot be read, so none of its rows count."""

    def __init__(
        self,
        reason: str,
        message: str,
        line: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Verdict:
    """What validation found; the attributes are those of ``ReceivedFile``."""

    reason: str | None
    reason_message: str | None
    encoding: str | None
    rows_read: int
    rows_accepted: int
    rows_refused: int
    first_error_line: int | None
    first_error_column: str | None
    first_error_reason: str | None
    refused_by_reason: dict[str, int]
    unknown_fields: int
    site_ids: tuple[str, ...]
    warned_by_rule: dict[str, int] = field(default_factory=dict)


class Tally:
    """What has been read of one file so far."""

    def __init__(self, on_reject: Callable[[Reject], None]) -> None:
        self.accepted = 0
        self.site_ids: set[str] = set()
        self._refused: Counter[str] = Counter()
        self._first: Reject | None = None
        self._unknown: set[str] = set()
        self._warned: Counter[str] = Counter()
        self._on_reject = on_reject

    def reject(
        self,
        line: int,
        reason: str,
        raw: str,
        *,
        column: str | None = None,
        value: object = None,
        context: str | None = None,
        position: int | None = None,
    ) -> None:
        """Count one refused row and hand it on."""
        text = None if value is None else readable(str(value)[:_MAX_VALUE])
        shown = readable(raw[:MAX_RAW].rstrip("\r\n"))
        refused = Reject(line, reason, column, text, shown, context, position)
        self._first = self._first or refused
        self._refused[reason] += 1
        self._on_reject(refused)

    def unknown(self, names: Iterable[str]) -> None:
        """Remember columns or keys that the contract does not name."""
        if len(self._unknown) < _MAX_UNKNOWN:
            self._unknown.update(name[:MAX_RAW] for name in names)

    def warn(self, rule: str) -> None:
        """Count one accepted row that breaks a rule of severity warn."""
        self._warned[rule] += 1

    def verdict(self, contract: Contract) -> Verdict:
        """The file's fate, now that it has been read to its end.

        Rows that are fine but lie in a file above the threshold are refused
        with it, so that rows read stays accepted plus refused.
        """
        refused = sum(self._refused.values())
        rows = self.accepted + refused
        if refused <= contract.max_refused_share * rows:
            return self._verdict(None, None, self.accepted)
        if self.accepted:
            self._refused["file-refused"] = self.accepted
        return self._verdict(
            "threshold-exceeded",
            f"{refused} of {rows} rows are refused, more than the "
            f"{_percent(contract.max_refused_share)} that the contract allows.",
            0,
        )

    def _verdict(
        self, reason: str | None, message: str | None, accepted: int
    ) -> Verdict:
        refused = sum(self._refused.values())
        first = self._first
        return Verdict(
            reason=reason,
            reason_message=message,
            encoding="utf-8",
            rows_read=accepted + refused,
            rows_accepted=accepted,
            rows_refused=refused,
            first_error_line=first.line if first else None,
            first_error_column=first.column if first else None,
            first_error_reason=first.reason if first else None,
            refused_by_reason=dict(sorted(self._refused.items())),
            unknown_fields=min(len(self._unknown), _MAX_UNKNOWN),
            site_ids=tuple(sorted(self.site_ids)) if accepted else (),
            warned_by_rule=dict(sorted(self._warned.items())) if accepted else {},
        )


def unreadable(error: FileRefusedError) -> Verdict:
    """The verdict on a file that cannot be read: it has no rows."""
    return Verdict(
        reason=error.reason,
        reason_message=error.message,
        encoding="utf-8" if error.line else None,
        rows_read=0,
        rows_accepted=0,
        rows_refused=0,
        first_error_line=error.line,
        first_error_column=error.column,
        first_error_reason=error.reason if error.line else None,
        refused_by_reason={},
        unknown_fields=0,
        site_ids=(),
    )


def readable(text: str) -> str:
    r"""Text in which bytes that are not UTF-8, and NUL, stand as ``\xNN``."""
    if text.isascii() and "\0" not in text:
        return text
    return "".join(
        f"\\x{ord(character) & 0xFF:02x}"
        if character in "\0\ud800" or "\udc80" <= character <= "\udcff"
        else character
        for character in text
    )


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"
