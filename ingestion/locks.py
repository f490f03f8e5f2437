"""One run per business date, and one at a time on the embedded engine.

Locks of the operating system on files under the state: whatever way a process
ends, its locks end with it, so a crash never has to be cleaned up after.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import IO

from ingestion.errors import DateLockedError


@contextmanager
def date_lock(
    state: Path, lake: str, business_date: date, now: datetime
) -> Iterator[None]:
    """Hold one business date of one lake, or say at once who does.

    Raises:
        DateLockedError: another run holds the date.
    """
    with _opened(state, lake, str(business_date)) as stream:
        if not _taken(stream, fcntl.LOCK_NB):
            raise DateLockedError(
                f"Another run{_holder(stream)} holds {business_date}. "
                "Wait until it has ended, then start again if the date is still open."
            )
        stream.truncate(0)
        json.dump({"pid": os.getpid(), "since": now.isoformat("T", "seconds")}, stream)
        stream.flush()
        yield


@contextmanager
def engine_lock(state: Path, lake: str, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the embedded engine of one lake; wait for a run of another date.

    DuckDB lets one process at a time open its file.
    """
    with _opened(state, lake, "engine") as stream:
        if not _taken(stream, fcntl.LOCK_NB):
            on_wait()
            _taken(stream, 0)
        yield


@contextmanager
def _opened(state: Path, lake: str, name: str) -> Iterator[IO[str]]:
    folder = state / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    # One lake is one lake, by whatever way a path leads to it.
    place = lake if "://" in lake else os.path.realpath(lake)
    digits = hashlib.sha256(place.encode(errors="surrogateescape")).hexdigest()[:12]
    with (folder / f"{name}-{digits}.lock").open("a+", encoding="utf-8") as stream:
        yield stream


def _taken(stream: IO[str], mode: int) -> bool:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | mode)
    except BlockingIOError:
        return False
    return True


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    try:
        holder = json.load(stream)
        return f" (process {holder['pid']}, since {holder['since']})"
    except (ValueError, KeyError):
        return ""  # the other run has the lock and has not written its name yet
