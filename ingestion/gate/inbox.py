"""What lies in the inbox for a date, and which of it is refused by its name."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingestion.errors import UsageError
from ingestion.gate.file_stream import unreadable_file
from ingestion.gate.names import (
    Reading,
    is_passed_over,
    name_order,
    name_problem,
    reading_for,
    shown,
)
from ingestion.gate.records import FEEDS

FORMATS = {"orders": ("json", "csv"), "stock": ("csv",)}


@dataclass(frozen=True)
class Candidate:
    """One entry of the inbox that is to be received.

    Attributes:
        name: as it is written into the load history.
        is_file: a regular file, whose bytes can be read.
        size: bytes when the folder was listed.
        reading: how to read it, None when it is refused by its name.
        reason: stable code why it is refused by its name, else None.
        message: the same in words.
    """

    feed: str
    name: str
    path: Path
    is_file: bool
    size: int
    reading: Reading | None
    reason: str | None = None
    message: str | None = None


def require_inbox(inbox: Path) -> None:
    """Ask for the folder in which files are dropped; a date's own may be absent.

    Raises:
        UsageError: the inbox itself does not exist.
    """
    if not inbox.is_dir():
        raise UsageError(
            f"The inbox {inbox} does not exist. Create it, or give its folder with "
            "--inbox or PROCUREMENT_INBOX."
        )


def candidates(inbox: Path, feed: str, business_date: date) -> list[Candidate]:
    """Everything in one feed's folder of a date, by the bytes of the names.

    A folder that does not exist holds no files.

    Raises:
        UsageError: the inbox itself does not exist.
        ProcurementError: the folder cannot be listed.
    """
    require_inbox(inbox)
    folder = inbox / feed / business_date.isoformat()
    try:
        names = os.listdir(folder)  # noqa: PTH208  names, not paths: they may be odd
    except FileNotFoundError:
        return []
    except OSError as error:
        raise unreadable_file(folder, error) from error
    wanted = sorted(
        (name for name in names if not is_passed_over(name)), key=name_order
    )
    return [_candidate(feed, name, folder / name) for name in wanted]


def pending(inbox: Path, business_date: date) -> int:
    """Number of entries that ``receive`` will look at, of both feeds."""
    return sum(len(candidates(inbox, feed, business_date)) for feed in FEEDS)


def _candidate(feed: str, name: str, path: Path) -> Candidate:
    try:
        status = path.lstat()
    except OSError as error:
        raise unreadable_file(path, error) from error
    reading = reading_for(feed, name)
    mode = status.st_mode
    refusal = _refused_kind(mode) or _refused_name(feed, name, reading)
    return Candidate(
        feed=feed,
        name=shown(name),
        path=path,
        is_file=stat.S_ISREG(mode),
        size=status.st_size,
        reading=None if refusal else reading,
        reason=refusal[0] if refusal else None,
        message=refusal[1] if refusal else None,
    )


def _refused_kind(mode: int) -> tuple[str, str] | None:
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISLNK(mode):
        return "link", "This is a link, which is not followed. Send the file itself."
    if stat.S_ISDIR(mode):
        return "folder", "This is a folder. Send its files on their own."
    return "special-file", "This is not a regular file."


def _refused_name(
    feed: str, name: str, reading: Reading | None
) -> tuple[str, str] | None:
    problem = name_problem(name)
    if problem:
        return "name-error", f"{problem} Rename the file."
    if reading is None or reading.format not in FORMATS[feed]:
        known = "CSV" if feed == "stock" else "JSON (.json, .jsonl, .ndjson) or CSV"
        return (
            "format-error",
            f"The extension is not one for {feed}. Send {known}, also with .gz.",
        )
    return None
