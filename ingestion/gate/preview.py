"""What the gate would say about one file, without a lake."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.contracts import load_contracts
from ingestion.contracts.senders import Sender, load_senders, sender_named
from ingestion.errors import ExitCode, ProcurementError, UsageError
from ingestion.gate.file_stream import opened, require_file
from ingestion.gate.history.names import (
    Reading,
    name_problem,
    reading_for,
    reading_of,
)
from ingestion.gate.history.records import FEEDS
from ingestion.gate.inbox import FORMATS
from ingestion.gate.reading.validation import validate
from ingestion.gate.reading.verdict import Reject, Verdict

_SHOWN_REJECTS = 10
_SHOWN_NAMES = 20


@dataclass
class Preview:
    """The verdict on a file and the first of its refused rows.

    Attributes:
        problem: why the file cannot be read at all; it has no verdict then.
    """

    path: Path
    feed: str
    verdict: Verdict
    rejects: list[Reject] = field(default_factory=list)
    problem: str | None = None

    @property
    def exit_code(self) -> ExitCode:
        """What the command ends with for this file alone."""
        if self.problem:
            return ExitCode.FAILED if self.path.is_file() else ExitCode.USAGE
        return ExitCode.REFUSED if self.verdict.reason else ExitCode.OK

    @property
    def outcome(self) -> str:
        """What would become of the file, in a word or two."""
        if self.problem:
            return "not read"
        if self.verdict.reason:
            return f"refused: {self.verdict.reason}"
        return "partial" if self.verdict.rows_refused else "accepted"

    def lines(self) -> list[str]:
        """The same for people."""
        verdict = self.verdict
        if self.problem:
            return [self.problem]
        first = (
            f"{self.path} ({self.feed}): {verdict.rows_read} rows read, "
            f"{verdict.rows_accepted} accepted, {verdict.rows_refused} refused"
        )
        rows = [
            f"  line {reject.line}: {reject.reason}: {reject.message}"
            for reject in self.rejects
        ]
        more = sum(verdict.refused_by_reason.values()) - len(rows)
        more -= verdict.refused_by_reason.get("file-refused", 0)
        if more > 0:
            rows.append(f"  and {more} more refused rows")
        if verdict.reason:
            rows.append(f"  refused whole: {verdict.reason}: {verdict.reason_message}")
        return [first, *rows, *self._notes()]

    def _notes(self) -> list[str]:
        verdict = self.verdict
        names = ", ".join(verdict.unknown_names[:_SHOWN_NAMES])
        notes = {
            f"passed over: {names}": verdict.unknown_fields,
            f"{verdict.unreadable_prices} prices cannot be read and count as absent":
                verdict.unreadable_prices,
            f"{verdict.rows_left_out} rows are left out, as their sender declares":
                verdict.rows_left_out,
            "the last line has no line end: the file may have been cut off":
                verdict.is_unterminated,
        }  # fmt: skip
        found = [note for note, holds in notes.items() if holds]
        return [f"  {note}" for note in (*found, *verdict.notes)]


def preview(path: Path, feed: str | None) -> Preview:
    """Check one file as the gate would; what cannot be read says so."""
    feed = feed or _guessed_feed(path)
    try:
        require_file(path)
    except UsageError as error:
        return Preview(path, feed, Verdict(None, None, None), [], str(error))
    reading = reading_for(feed, path.name)
    wrong = name_problem(path.name)
    if wrong or reading is None or reading.format not in FORMATS[feed]:
        known = " and ".join(FORMATS[feed])
        message = (
            f"{wrong} Rename the file." if wrong else
            f"The extension is not one for {feed}: the gate takes {known} files, also "
            "with .gz."
        )  # fmt: skip
        reason = "name-error" if wrong else "format-error"
        return Preview(path, feed, Verdict(reason, message, None))
    rejects: list[Reject] = []
    try:
        verdict = check(path, feed, reading, _Nowhere(), rejects)
    except ProcurementError as error:
        return Preview(path, feed, Verdict(None, None, None), [], str(error))
    return Preview(path, feed, verdict, rejects)


def first_rows(path: Path, sender: Sender, number: int) -> tuple[Preview, list[str]]:
    """A sender's file as the gate would read it, and the first lines it would land."""
    reading = reading_of(path.name)
    compression = reading.compression if reading else None
    rejects, landed = list[Reject](), _Beginning()
    given = Reading(sender.format, compression, sender.name)
    verdict = check(path, sender.feed, given, landed, rejects)
    lines = landed.content.decode("utf-8", "replace").split("\n")
    shown = number + (sender.format == "csv")
    return Preview(path, sender.feed, verdict, rejects), lines[:shown]


def check(
    path: Path,
    feed: str,
    reading: Reading,
    landed: _Nowhere,
    rejects: list[Reject],
) -> Verdict:
    """Validate one file; its first refused rows are added to ``rejects``.

    Raises:
        ProcurementError: the file cannot be read.
    """

    def add(reject: Reject) -> None:
        if len(rejects) < _SHOWN_REJECTS:
            rejects.append(reject)

    contract, sender = load_contracts()[feed, reading.format], reading.sender
    with opened(path.resolve()) as stream:
        return validate(
            stream,
            reading.compression,
            contract,
            landed,
            add,
            sender_named(sender),
            path.name,
        )


class _Nowhere:
    """Takes bytes and forgets them."""

    def write(self, content: bytes, /) -> None:
        """Nothing is landed."""


class _Beginning(_Nowhere):
    """Keeps the first bytes."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, content: bytes, /) -> None:
        if len(self.content) < 1 << 16:
            self.content += content[: 1 << 16]


def _guessed_feed(path: Path) -> str:
    """By the nearest folder named like a feed, its sender, or how the file begins."""
    for folder in path.resolve().parent.parts[::-1]:
        if folder in FEEDS:
            return folder
    for sender in load_senders():
        if sender.takes(path.name):
            return sender.feed
    reading = reading_of(path.name)
    opener = gzip.open if reading and reading.compression else open
    try:
        with opener(path, "rb") as stream:
            start = stream.read(4096)
    except (OSError, EOFError, zlib.error):
        return "orders"
    is_csv = reading is not None and reading.format == "csv"
    return "stock" if is_csv and b"warehouse_id" in start else "orders"
