"""One command, measured: wall clock, processor time, memory of its processes."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]


@dataclass(frozen=True)
class Measured:
    """What a command took.

    Attributes:
        seconds: from its start to its exit, wall clock.
        processor: seconds of user and system of it and the children it waited for.
        peak_bytes: largest sum of resident memory of it and its children.
        output: what it wrote on stdout.
    """

    seconds: float
    processor: float
    peak_bytes: int
    output: str


class FailedError(Exception):
    """The command did not end with 0; the end of what it wrote."""


def measure(
    command: Sequence[str], environment: Mapping[str, str], limit: float
) -> Measured:
    """Run a command, at most ``limit`` seconds of it.

    Raises:
        FailedError: it failed, or took longer.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603  our own command
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    peak = _PeakMemory(process.pid)
    try:
        output, errors = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise FailedError(f"took more than {limit:.0f} s") from None
    finally:
        peak.stop()
    seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise FailedError(f"ended with {process.returncode}: {errors[-500:].strip()}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(round(seconds, 3), round(processor, 3), peak.bytes, output)


class _PeakMemory:
    """Looks at the memory of a process and its children, every 50 ms."""

    def __init__(self, pid: int) -> None:
        self.bytes = 0
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            with suppress(psutil.Error):
                process = psutil.Process(self._pid)
                total = process.memory_info().rss
                for child in process.children(recursive=True):
                    with suppress(psutil.Error):
                        total += child.memory_info().rss
                self.bytes = max(self.bytes, total)


def evict(folders: Iterable[Path]) -> None:
    """Have the system forget the files of some folders, so that a disk is read."""
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file():
                with file.open("rb") as stream:
                    os.fsync(stream.fileno())
                    os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
