"""Telling which processes belong to an embedded server, and ending them.

The pid file alone does not tell: after a crash its number may belong to any other
process, or to a dead one that nobody has collected yet.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]


def read_pid(data: Path) -> int | None:
    """Number of the server's first process; None without a pid file, or half of one."""
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def is_another(number: int, label: str) -> bool:
    """Whether a number now belongs to something that is not the server."""
    ours = [process.pid for process in server_processes(label)]
    return number not in ours and bool(psutil.pid_exists(number))


def server_processes(label: str) -> list[psutil.Process]:
    """Living processes of the server that carries this label in its titles.

    The title is all that other users, root in a container among them, can see
    of a process; it outlives a data directory that was deleted.
    """
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error), process.oneshot():
            if (
                str(process.name()).startswith("postgres")
                and process.status() != psutil.STATUS_ZOMBIE
                and label in " ".join(process.cmdline())
            ):
                found.append(process)
    return found


def end_processes(label: str, first: int | None = None) -> None:
    """End what is left of a server; returns when it is gone.

    Its first process is asked to shut down, which cuts connections and leaves nothing
    to recover. Not by ``pg_ctl stop``, which waits in vain for a process that has
    ended but that nobody has collected, as happens in containers.
    """
    asked = [process for process in server_processes(label) if process.pid == first]
    if asked and _end(asked, signal.SIGINT, label, 30):
        return
    for number in (signal.SIGQUIT, signal.SIGKILL):
        if _end(server_processes(label), number, label, 5):
            return


def _end(
    processes: Iterable[psutil.Process], number: int, label: str, seconds: float
) -> bool:
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(number)
    end = time.monotonic() + seconds
    while server_processes(label):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
