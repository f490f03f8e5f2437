"""Telling which processes belong to an embedded server.

The pid file alone does not: after a crash its number may belong to any other
process, or to a dead one that nobody has collected yet.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]

from ingestion.postgres.places import Place


@dataclass(frozen=True)
class PidFile:
    """What ``postmaster.pid`` says: process and status.

    Its start, which stands there too, tells little: a clock that is set moves what
    the system says of a process's start, and not what the file says.

    Attributes:
        label: what the server carries in its titles.
    """

    pid: int
    status: str
    label: str

    def is_alive(self) -> bool:
        """Whether a process of that number is still this server."""
        try:
            return _is_labelled(psutil.Process(self.pid), self.label)
        except psutil.Error:
            return False

    def is_taken_by_another(self) -> bool:
        """Whether the number now belongs to something that is not the server."""
        return bool(psutil.pid_exists(self.pid)) and not self.is_alive()


def read_pid_file(place: Place) -> PidFile | None:
    """Read the pid file of a server's data; None when it is absent or unfinished."""
    try:
        text = (place.data / "postmaster.pid").read_text(errors="replace")
        lines = text.splitlines()
        status = lines[7].strip() if len(lines) > 7 else ""
        return PidFile(pid=int(lines[0]), status=status, label=place.label)
    except (FileNotFoundError, IndexError, ValueError):
        return None


def end_server(found: PidFile, seconds: float) -> None:
    """Ask a server to shut down at once, cutting its connections, and wait for it.

    Not by ``pg_ctl stop``, which waits in vain for a process that has ended but
    that nobody has collected, as happens in containers.
    """
    with suppress(psutil.Error):
        psutil.Process(found.pid).send_signal(signal.SIGINT)
    _wait_while(found.is_alive, seconds)


def labelled_processes(label: str) -> list[psutil.Process]:
    """Living processes of the server that carries this label in its titles.

    The title is all that other users, root in a container among them, can see
    of a process; it outlives a data directory that was deleted.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if _is_labelled(process, label):
                found.append(process)
    return found


def wait_until_gone(label: str, seconds: float) -> bool:
    """Wait for the last process of a server to end; False when time is up."""
    return _wait_while(lambda: bool(labelled_processes(label)), seconds)


def end_processes(label: str) -> None:
    """End what is left of a server, first asking, then not."""
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for process in labelled_processes(label):
            with suppress(psutil.Error):
                process.send_signal(number)
        if wait_until_gone(label, 5):
            return


def _is_labelled(process: psutil.Process, label: str) -> bool:
    with process.oneshot():
        return (
            str(process.name()).startswith("postgres")
            and process.status() != psutil.STATUS_ZOMBIE
            and label in " ".join(process.cmdline())
        )


def _wait_while(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
