"""What lies in the inbox for a date, and which of it is refused by its name."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ingestion.errors import UsageError
from ingestion.gate.file_stream import unreadable_file
from ingestion.gate.history.names import (
    SIDECAR,
    Reading,
    is_passed_over,
    name_order,
    name_problem,
    reading_for,
    shown,
)
from ingestion.gate.history.records import FEEDS

#: Why a file is refused whose bytes are not those that its sidecar names.
CHECKSUM = "checksum-error"
_SHA256 = re.compile(rb"[0-9A-Fa-f]{64}")
#: A date in another form: the year first or last.
_DATE = re.compile(r"([0-9]{4})[-_./ ]?([0-9]{1,2})[-_./ ]?([0-9]{1,2})")
_DATE_BACKWARDS = re.compile(r"([0-9]{1,2})[-_./ ]([0-9]{1,2})[-_./ ]([0-9]{4})")
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
        sha256: what the file beside it says its bytes are, None without such a file.
    """

    feed: str
    name: str
    path: Path
    is_file: bool
    size: int
    reading: Reading | None
    reason: str | None = None
    message: str | None = None
    sha256: str | None = None


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
    sidecars = {
        name[: -len(SIDECAR)]: folder / name
        for name in names
        if name.lower().endswith(SIDECAR)
    }
    return [
        replace(
            _candidate(feed, name, folder / name), sha256=_named_in(sidecars.get(name))
        )
        for name in wanted
    ]


def held_to_sidecar(candidate: Candidate, sha256: str | None) -> Candidate:
    """A candidate refused when its bytes are not those that its sidecar names."""
    if candidate.sha256 in (None, sha256) or sha256 is None or candidate.reason:
        return candidate
    return replace(
        candidate,
        reading=None,
        reason=CHECKSUM,
        message=f"The file beside it that ends in {SIDECAR} names the sha256 "
        f"{candidate.sha256 or 'of nothing'}, the file has {sha256}. Send both again.",
    )


def misplaced(inbox: Path) -> list[str]:
    """What lies in the inbox where no date's run finds it, each with the cure.

    Files beside the feeds or beside the dates, in folders that are no date, and in
    folders below a date's.
    """
    found: list[str] = []
    for place, folders, names in os.walk(inbox):
        parts = Path(place).relative_to(inbox).parts
        folders[:] = sorted(name for name in folders if not is_passed_over(name))
        if len(parts) == 2 and parts[0] in FEEDS and _is_date(parts[1]):
            continue
        found += [
            shown(f"{'/'.join((*parts, name))} {_cure(parts)}")
            for name in sorted(names, key=name_order)
            if not is_passed_over(name)
        ]
    return found


def _cure(parts: tuple[str, ...]) -> str:
    """Why no run finds the files of a folder, and where they belong."""
    if not parts or parts[0] not in FEEDS:
        return f"lies in no feed: put it into {' or '.join(FEEDS)}/YYYY-MM-DD."
    if len(parts) == 1:
        return f"lies in no date's folder: put it into {parts[0]}/YYYY-MM-DD."
    if _is_date(parts[1]):
        return f"lies in a folder below a date's: move it up to {'/'.join(parts[:2])}."
    meant = _other_date(parts[1])
    if meant:
        return f"lies in {parts[1]}, a date in another form: name the folder {meant}."
    return f"lies in {parts[1]}, which is no date: put it into {parts[0]}/YYYY-MM-DD."


def _is_date(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def _other_date(name: str) -> str | None:
    """A date that is written otherwise, year or day first."""
    found, backwards = _DATE.fullmatch(name), _DATE_BACKWARDS.fullmatch(name)
    parts = found.groups() if found else backwards.groups()[::-1] if backwards else ()
    try:
        return date(*map(int, parts)).isoformat()
    except (TypeError, ValueError):
        return None


def _named_in(sidecar: Path | None) -> str | None:
    """The sha256 that a sidecar names, empty when it names none."""
    if sidecar is None:
        return None
    try:
        content = sidecar.read_bytes()[:4096]
    except OSError as error:
        raise unreadable_file(sidecar, error) from error
    found = _SHA256.search(content)
    return found[0].decode().lower() if found else ""


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
    refusal = _refused_kind(mode) or refused_name(feed, name, reading)
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
        return "folder", "This is a folder, whose files are not received. Move them up."
    return "special-file", "This is not a regular file. Send one."


def refused_name(
    feed: str, name: str, reading: Reading | None
) -> tuple[str, str] | None:
    """Why a file is refused by its name: a stable code, and in words."""
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
