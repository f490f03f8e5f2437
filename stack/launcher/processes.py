"""Services as background processes: started once, found again, stopped for sure.

A record per service says which process was started. Number and start time
together name a process, so that after a crash or a reboot nothing else is taken
for it, and nothing else is ever stopped.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from ingestion.errors import ServiceUnavailableError, end_of_log
from stack.launcher.places import HOST

#: How long a service may take to end before it is killed.
STOP_SECONDS = 30

#: How much of a log an error shows.
_LAST_LINES = 8


@dataclass(frozen=True)
class Process:
    """One service's process, by the folder that keeps its record and its log."""

    name: str
    records: Path
    log: Path

    @property
    def _record(self) -> Path:
        return self.records / f"{self.name}.json"

    def find(self) -> psutil.Process | None:
        """The process that was started, while it lives."""
        try:
            record = json.loads(self._record.read_text())
            process = psutil.Process(record["pid"])
            is_same = abs(process.create_time() - record["started"]) < 1
            is_dead = process.status() == psutil.STATUS_ZOMBIE
        except (OSError, ValueError, KeyError, psutil.Error):
            return None
        return process if is_same and not is_dead else None

    def start(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        folder: Path,
    ) -> None:
        """Start it in the background, apart from this terminal."""
        for place in (self.records, self.log.parent, folder):
            place.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            started = subprocess.Popen(  # noqa: S603  # our own programs, no shell
                [os.fspath(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                cwd=folder,
                start_new_session=True,
            )
        record = {
            "pid": started.pid,
            "started": psutil.Process(started.pid).create_time(),
        }
        unfinished = self._record.with_suffix(".tmp")
        unfinished.write_text(json.dumps(record))
        unfinished.replace(self._record)

    def stop(self) -> bool:
        """End it and what it started; whether there was anything to end."""
        process = self.find()
        if process is None:
            self._record.unlink(missing_ok=True)
            return False
        family = [process]
        with suppress(psutil.Error):
            family += process.children(recursive=True)
        for member in family:
            with suppress(psutil.Error):
                member.terminate()
        _, living = psutil.wait_procs(family, timeout=STOP_SECONDS)
        for member in living:
            with suppress(psutil.Error):
                member.kill()
        psutil.wait_procs(living, timeout=5)
        self._record.unlink(missing_ok=True)
        return True

    def resident_megabytes(self) -> int:
        """Memory it holds now; 0 when it does not run."""
        process = self.find()
        if process is None:
            return 0
        with suppress(psutil.Error):
            family = [process, *process.children(recursive=True)]
            return int(sum(p.memory_info().rss for p in family) / 2**20)
        return 0

    def failure(self, reason: str) -> ServiceUnavailableError:
        """An error that ends with what the service said last."""
        return ServiceUnavailableError(
            f"{self.name} {reason}. Its log is {self.log} and ends with:"
            f"{end_of_log(self.log, _LAST_LINES)}"
        )


def is_port_taken(port: int) -> bool:
    """Whether something on this machine listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def wait_until(
    process: Process,
    is_ready: Callable[[], object],
    seconds: float,
    pause: float = 0.3,
) -> None:
    """Ask again and again until a service answers.

    Args:
        process: the service; when it ends there is nothing to wait for.
        is_ready: called without arguments; returns normally when the service does
            its work, raises anything otherwise.
        seconds: the longest to wait.
        pause: seconds between two questions.

    Raises:
        ServiceUnavailableError: the process ended, or time is up.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            is_ready()
        except Exception as error:  # noqa: PERF203  # whatever a starting server says
            if process.find() is None:
                raise process.failure("ended while it was starting") from None
            if time.monotonic() > end:
                raise process.failure(
                    f"does not answer after {seconds:.0f} s ({error})"
                ) from None
            time.sleep(pause)
        else:
            return
