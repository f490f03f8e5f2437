"""What the gate would say about one file, without a lake."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from ingestion.contracts import load_contracts
from ingestion.contracts.senders import Sender, load_senders, sender_named
from ingestion.errors import ProcurementError
from ingestion.gate.file_stream import opened, require_file
from ingestion.gate.history.names import Reading, reading_for, reading_of
from ingestion.gate.history.records import FEEDS
from ingestion.gate.inbox import refused_name
from ingestion.gate.reading.validation import validate
from ingestion.gate.reading.verdict import Reject, Verdict

_MOST_REJECTS = 10
_MOST_BYTES = 1 << 16


@dataclass
class Preview:
    """The verdict on a file, the first of its refused rows, and of what is landed.

    Attributes:
        problem: why the file cannot be read at all; it has no verdict then.
    """

    path: Path
    feed: str
    verdict: Verdict = field(default_factory=Verdict)
    rejects: list[Reject] = field(default_factory=list)
    problem: str | None = None
    landed: bytes = b""

    def write(self, content: bytes, /) -> None:
        """Take what would be landed; the beginning is kept."""
        if len(self.landed) < _MOST_BYTES:
            self.landed += content[:_MOST_BYTES]

    def add(self, reject: Reject) -> None:
        """Take a refused row; the first few are kept."""
        if len(self.rejects) < _MOST_REJECTS:
            self.rejects.append(reject)


def preview(path: Path, feed: str | None, sender: Sender | None = None) -> Preview:
    """Check one file as the gate would; what cannot be read says so.

    With a ``sender`` it is read as that one's, whatever its name is.
    """
    feed = sender.feed if sender else feed or _guessed_feed(path)
    reading, report = reading_for(feed, path.name), Preview(path, feed)
    if sender:
        reading = Reading(
            sender.format, reading.compression if reading else None, sender.name
        )
    refused = refused_name(feed, path.name, reading)
    try:
        require_file(path)
        if refused or reading is None:
            report.verdict = Verdict(*refused or ())
        else:
            with opened(path.resolve()) as stream:
                report.verdict = validate(
                    stream,
                    reading.compression,
                    load_contracts()[feed, reading.format],
                    report,
                    report.add,
                    sender_named(reading.sender),
                    path.name,
                )
    except ProcurementError as error:
        report.problem = str(error)
    return report


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
