"""Counting what validation finds, and the errors that refuse a file or a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from ingestion.contracts import Contract
from ingestion.contracts.reasons import in_words

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
#: How many of them are named.
_MAX_NAMES = 100
_MAX_NOTES = 5


@dataclass(frozen=True)
class Reject:
    r"""One refused row.

    Attributes:
        line: physical line of the file on which the row begins, from 1.
        reason: stable code.
        column: the offending column or key, None when the row as a whole is.
        value: the offending value as written, None when absent.
        message: what is wanted instead, in words.
        raw: text of the row, cut; bytes that are not UTF-8, and NUL, as ``\xNN``.
        context: what the row cannot be read without: the header of a CSV file, or of
            an order the members but its lines; None when ``raw`` is whole by itself.
        position: of an element among all of its order's lines, or of a row that its
            sender numbers so, from 1; else None.
        above: of a sender whose blank cells repeat those above, what they repeat.
    """

    line: int
    reason: str
    column: str | None
    value: str | None
    message: str
    raw: str
    context: str | None = None
    position: int | None = None
    above: dict[str, str] | None = None


class Refusal(NamedTuple):
    """Why a row is refused; ``message`` says what is wanted instead."""

    reason: str
    message: str = ""
    column: str | None = None
    value: Any = None


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
    """What validation found in one file; without a reason it is accepted.

    Attributes:
        reason: stable code why the file was refused whole, else None.
        reason_message: the same in words.
        rows_read: order lines or stock rows; always accepted plus refused.
        rows_left_out: what the sender declares to be no rows, such as a total.
        rows_landed: rows of the landed file, fewer than accepted where these add up;
            None where that was not written yet, or nothing was landed.
        first_error_value: as written, of the first refused row.
        refused_by_reason: rows refused by stable code; sums up to rows_refused.
        unknown_fields: distinct columns or keys that the contract does not name.
        unknown_names: the first of these, sorted.
        unreadable_prices: accepted rows whose price counts as absent.
        is_unterminated: whether a CSV file's last line has no line end.
        site_ids: distinct stores or warehouses of accepted rows, sorted.
        warned_by_rule: accepted rows that break a rule of the contract, by rule.
        notes: what looks wrong in it and is accepted, in words.
    """

    reason: str | None = None
    reason_message: str | None = None
    encoding: str | None = None
    rows_read: int = 0
    rows_accepted: int = 0
    rows_refused: int = 0
    rows_left_out: int = 0
    rows_landed: int | None = None
    first_error_line: int | None = None
    first_error_column: str | None = None
    first_error_reason: str | None = None
    first_error_value: str | None = None
    refused_by_reason: dict[str, int] = field(default_factory=dict, hash=False)
    unknown_fields: int = 0
    unknown_names: tuple[str, ...] = ()
    unreadable_prices: int = 0
    is_unterminated: bool = False
    site_ids: tuple[str, ...] = ()
    warned_by_rule: dict[str, int] = field(default_factory=dict, hash=False)
    notes: tuple[str, ...] = ()


class Tally:
    """What has been read of one file so far.

    Attributes:
        accepted: rows.
        left_out: rows that the sender declares to be none.
        landed: rows written, when several accepted ones add up to one.
        unreadable: accepted rows whose value counts as absent because it is malformed.
    """

    def __init__(self, on_reject: Callable[[Reject], None]) -> None:
        self.accepted = 0
        self.left_out = 0
        self.landed: int | None = None
        self.unreadable = 0
        self.is_unterminated = False
        self.site_ids: set[str] = set()
        self.warned: Counter[str] = Counter()
        self._notes: list[str] = []
        self._refused: Counter[str] = Counter()
        self._first: Reject | None = None
        self._unknown: set[str] = set()
        self._on_reject = on_reject

    def reject(
        self,
        line: int,
        raw: str,
        refusal: Refusal,
        context: str | None = None,
        position: int | None = None,
        above: dict[str, str] | None = None,
    ) -> None:
        """Count one refused row and hand it on."""
        reason, message, column, value = refusal
        text = None if value is None else readable(str(value)[:_MAX_VALUE])
        shown = readable(raw[:MAX_RAW].rstrip("\r\n"))
        cure = readable(message or in_words(reason))
        refused = Reject(
            line, reason, column, text, cure, shown, context, position, above
        )
        self._first = self._first or refused
        self._refused[reason] += 1
        self._on_reject(refused)

    def unknown(self, names: Iterable[str]) -> None:
        """Remember columns or keys that the contract does not name."""
        if len(self._unknown) < _MAX_UNKNOWN:
            self._unknown.update(name[:_MAX_VALUE] for name in names)

    def note(self, text: str) -> None:
        """Remember something that looks wrong and is accepted; the first few."""
        if len(self._notes) < _MAX_NOTES and text not in self._notes:
            self._notes.append(text)

    def verdict(self, contract: Contract) -> Verdict:
        """The file's fate, now that it has been read to its end.

        Rows that are fine but lie in a file above the threshold are refused
        with it, so that rows read stays accepted plus refused.
        """
        refused = sum(self._refused.values())
        rows = self.accepted + refused
        share = contract.max_refused_share
        is_too_much = refused > share * rows and refused >= contract.min_refused_rows
        if refused == 0 or (self.accepted and not is_too_much):
            return self._verdict(None, None, self.accepted)
        if self.accepted:
            self._refused["file-refused"] = self.accepted
            problem = f"more than the {_percent(share)} that the contract allows"
        else:
            problem = "which leaves none"
        return self._verdict(
            "threshold-exceeded",
            f"{refused} of {rows} rows are refused, {problem}. {self._about_first()}",
            0,
        )

    def _about_first(self) -> str:
        first = self._first
        return f"Line {first.line}: {first.message}" if first else ""

    def _verdict(
        self, reason: str | None, message: str | None, accepted: int
    ) -> Verdict:
        refused = sum(self._refused.values())
        first = self._first
        landed = accepted if self.landed is None else self.landed
        return Verdict(
            reason=reason,
            reason_message=_utf8(message),
            encoding="utf-8",
            rows_read=accepted + refused,
            rows_accepted=accepted,
            rows_refused=refused,
            rows_left_out=self.left_out,
            rows_landed=landed if accepted else 0,
            first_error_line=first.line if first else None,
            first_error_column=first.column if first else None,
            first_error_reason=first.reason if first else None,
            first_error_value=_utf8(first.value) if first else None,
            refused_by_reason=dict(sorted(self._refused.items())),
            unknown_fields=min(len(self._unknown), _MAX_UNKNOWN),
            unknown_names=tuple(
                _utf8(readable(name)) or ""
                for name in sorted(self._unknown)[:_MAX_NAMES]
            ),
            unreadable_prices=self.unreadable if accepted else 0,
            is_unterminated=self.is_unterminated and reason is None,
            site_ids=tuple(sorted(self.site_ids)) if accepted else (),
            warned_by_rule=dict(sorted(self.warned.items())) if accepted else {},
            notes=tuple(sorted(self._notes)) if accepted else (),
        )


def unreadable(error: FileRefusedError) -> Verdict:
    """The verdict on a file that cannot be read: it has no rows."""
    return Verdict(
        reason=error.reason,
        reason_message=error.message,
        encoding="utf-8" if error.line else None,
        first_error_line=error.line,
        first_error_column=error.column,
        first_error_reason=error.reason if error.line else None,
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


def _utf8(text: str | None) -> str | None:
    """Text without lone surrogates, which not every reader of a manifest takes."""
    if text is None:
        return None
    return text.encode("utf-8", "backslashreplace").decode()


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"
