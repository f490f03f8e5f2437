"""What the gate would say about one file, without a lake."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.contracts import load_contracts
from ingestion.contracts.senders import sender_named
from ingestion.errors import UsageError
from ingestion.gate.file_stream import opened
from ingestion.gate.inbox import FORMATS
from ingestion.gate.names import reading_for, reading_of
from ingestion.gate.reading.validation import validate
from ingestion.gate.reading.verdict import Reject, Verdict
from ingestion.gate.records import FEEDS

_SHOWN_REJECTS = 10
_SHOWN_CHARACTERS = 60


@dataclass
class Preview:
    """The verdict on a file and the first of its refused rows."""

    path: Path
    feed: str
    verdict: Verdict
    rejects: list[Reject] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The same for people."""
        verdict = self.verdict
        first = (
            f"{self.path} ({self.feed}): {verdict.rows_read} rows read, "
            f"{verdict.rows_accepted} accepted, {verdict.rows_refused} refused"
        )
        rows = [
            f"  line {reject.line}: {reject.reason}{_about(reject)}"
            for reject in self.rejects
        ]
        more = sum(verdict.refused_by_reason.values()) - len(rows)
        more -= verdict.refused_by_reason.get("file-refused", 0)
        if more > 0:
            rows.append(f"  and {more} more refused rows")
        if verdict.reason:
            where = f" (line {verdict.first_error_line})" if not rows else ""
            where = where if verdict.first_error_line else ""
            rows.append(
                f"  refused whole: {verdict.reason}{where}: {verdict.reason_message}"
            )
        return [first, *rows]


def preview(path: Path, feed: str | None) -> Preview:
    """Check one file as the gate would.

    Raises:
        UsageError: there is no such file, or its extension is not one for its feed.
        ProcurementError: the file cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"{path} is not a file.")
    feed = feed or _guessed_feed(path)
    reading = reading_for(feed, path.name)
    if reading is None or reading.format not in FORMATS[feed]:
        raise UsageError(
            f"{path} would be refused by its name: for {feed}, the gate takes "
            f"{' and '.join(FORMATS[feed])} files, also with .gz."
        )
    rejects: list[Reject] = []
    contract = load_contracts()[feed, reading.format]
    with opened(path.resolve()) as stream:
        verdict = validate(
            stream,
            reading.compression,
            contract,
            _Nowhere(),
            lambda reject: (
                rejects.append(reject) if len(rejects) < _SHOWN_REJECTS else None
            ),
            sender_named(reading.sender),
            path.name,
        )
    return Preview(path, feed, verdict, rejects)


class _Nowhere:
    """Takes bytes and forgets them."""

    def write(self, content: bytes, /) -> None:
        """Nothing is landed."""


def _guessed_feed(path: Path) -> str:
    """By the nearest folder named like a feed, else by what the file begins with."""
    for folder in path.resolve().parent.parts[::-1]:
        if folder in FEEDS:
            return folder
    reading = reading_of(path.name)
    opener = gzip.open if reading and reading.compression else open
    try:
        with opener(path, "rb") as stream:
            start = stream.read(4096)
    except (OSError, EOFError, zlib.error):
        return "orders"
    is_csv = reading is not None and reading.format == "csv"
    return "stock" if is_csv and b"warehouse_id" in start else "orders"


def _about(reject: Reject) -> str:
    if reject.column is None:
        return ""
    if reject.value is None:
        return f" in {reject.column}: no value"
    value = reject.value[:_SHOWN_CHARACTERS]
    return f" in {reject.column}: {value!r}"
