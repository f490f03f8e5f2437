"""One run per business date, one builder at a time on the embedded engine.

Locks of the operating system on files: whatever way a process ends, its locks end
with it, so that a crash never has to be cleaned up after, and no clock decides
whether a holder is still alive. A lake in a local folder keeps its locks itself, under
``.locks``, so that they are the same for whoever works on it. A lake in HDFS has them
in the state, for one machine; ``advisory_lock`` adds the others.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
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
    with _opened(_lock_file(state, lake, str(business_date))) as stream:
        if not _taken(stream, fcntl.LOCK_EX | fcntl.LOCK_NB):
            raise held_elsewhere(business_date, _holder(stream))
        stream.truncate(0)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": now.isoformat("T", "seconds"),
        }
        json.dump(holder, stream)
        stream.flush()
        yield


def held_elsewhere(business_date: date, holder: str) -> DateLockedError:
    """What to say to a run whose date another one holds."""
    return DateLockedError(
        f"Another run{holder} holds {business_date}. "
        "Wait until it has ended, then start again if the date is still open."
    )


@contextmanager
def engine_lock(
    state: Path, lake: str, on_wait: Callable[[], None], *, shared: bool = False
) -> Iterator[Callable[[], None]]:
    """Hold the engine of one lake, waiting for others; gives a way to share it.

    DuckDB lets one process at a time open its file, and there the lock is never
    shared. On Trino runs of several dates share it, but for the first build with new
    models, which makes the tables. What is given is to be called by such a run when
    it has come to where it can share the engine; ``on_wait`` is called when another
    run has to be waited for.
    """
    mode = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with _opened(_lock_file(state, lake, "engine")) as stream:
        if not _taken(stream, mode | fcntl.LOCK_NB):
            on_wait()
            _taken(stream, mode)
        yield lambda: fcntl.flock(stream, fcntl.LOCK_SH)


@contextmanager
def columns_lock(state: Path, lake: str) -> Iterator[None]:
    """Hold what one lake remembers of the columns of landed files."""
    with _opened(_lock_file(state, lake, "columns")) as stream:
        _taken(stream, fcntl.LOCK_EX)
        yield


@contextmanager
def parse_lock(state: Path) -> Iterator[None]:
    """Hold the parsed project that runs of one state keep for each other."""
    with _opened(state / "locks" / "parse.lock") as stream:
        _taken(stream, fcntl.LOCK_EX)
        yield


def place_digits(lake: str) -> str:
    """12 digits that name a lake: the same by whatever way a path leads to it."""
    place = lake if "://" in lake else os.path.realpath(lake)
    return hashlib.sha256(place.encode(errors="surrogateescape")).hexdigest()[:12]


def _lock_file(state: Path, lake: str, name: str) -> Path:
    if "://" in lake:
        return state / "locks" / f"{name}-{place_digits(lake)}.lock"
    return Path(lake) / ".locks" / f"{name}.lock"


@contextmanager
def _opened(file: Path) -> Iterator[IO[str]]:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as stream:
        yield stream


def _taken(stream: IO[str], mode: int) -> bool:
    try:
        fcntl.flock(stream, mode)
    except BlockingIOError:
        return False
    return True


def _holder(stream: IO[str]) -> str:
    stream.seek(0)
    try:
        holder = json.load(stream)
        where = f"process {holder['pid']} on {holder['host']}"
        return f" ({where}, since {holder['since']})"
    except (ValueError, KeyError):
        return ""  # the other run has the lock and has not written its name yet
