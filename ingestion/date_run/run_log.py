"""The structured log of one run: one JSON object per line, in the run's folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from ingestion.errors import UsageError


class RunLog:
    """Writes events as they happen: a killed run still tells how far it came."""

    def __init__(self, stream: BinaryIO, clock: Callable[[], datetime]) -> None:
        self._stream = stream
        self._clock = clock

    def event(self, name: str, **details: object) -> None:
        """Add one event with its UTC time; details as JSON, anything else as text.

        An event that cannot be written is lost: a run does not fail for its log,
        least of all after the orders are published.
        """
        record = {"at": self._clock().isoformat(), "event": name, **details}
        text = json.dumps(record, default=str, ensure_ascii=False) + "\n"
        with suppress(OSError):
            self._stream.write(text.encode("utf-8", "backslashreplace"))


@contextmanager
def open_run_log(path: Path, clock: Callable[[], datetime]) -> Iterator[RunLog]:
    """Open the log of a run for the length of a block.

    Raises:
        UsageError: the run's folder cannot be written to.
    """
    try:
        # Unbuffered: what is written is there when the process is killed.
        stream = path.open("ab", buffering=0)
    except OSError as error:
        raise UsageError(
            f"The log {path} cannot be written: {error.strerror}. "
            "Name another state folder with PROCUREMENT_STATE."
        ) from error
    with stream:
        yield RunLog(stream, clock)


def describe_dates(dates: list[date]) -> str:
    """One date, or the first and last of a window, as people write it."""
    if len(dates) == 1:
        return str(dates[0])
    return f"{dates[0]} to {dates[-1]}"
