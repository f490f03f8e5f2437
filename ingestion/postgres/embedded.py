"""Sharing one embedded server: the first user starts it, the last one stops it.

Users are counted by file locks, which end with their process, however it ends:

``<state>/postgres.users.lock``  each user holds it shared; whoever gets it for
                                 itself alone is the last
``<state>/postgres.start.lock``  held while a server is started or stopped
``<state>/postgres.keep``        there while the server is to outlive its users
"""

from __future__ import annotations

import atexit
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ingestion.errors import ProcurementError, ServiceUnavailableError
from ingestion.postgres.connections import ConnectionSettings
from ingestion.postgres.server import Server, clear_away


class EmbeddedPostgres:
    """One user's share in the server of a state folder.

    Several may exist in one process; each counts.
    """

    def __init__(self, state: Path) -> None:
        self._state = state.resolve()
        self._users_lock = self._state / "postgres.users.lock"
        self._keep_mark = self._state / "postgres.keep"
        self._share: IO[str] | None = None
        self._owner = os.getpid()

    def acquire(self) -> ConnectionSettings:
        """Join the users of the server and start it when it does not run.

        Raises:
            ServiceUnavailableError: it cannot be started.
        """
        with _start_lock(self._state):
            server = Server(self._state)
            server.start()
            if self._share is None:
                self._share = self._users_lock.open("a")
                fcntl.flock(self._share, fcntl.LOCK_SH)
            return server.settings()

    def release(self) -> None:
        """Leave; the last user stops the server unless it is to be kept."""
        # A forked child has a copy of this object, but is no user of its own.
        if self._share is None or self._owner != os.getpid():
            return
        share, self._share = self._share, None
        with share:
            if not self._state.exists():
                clear_away(self._state)
                return
            with _start_lock(self._state):
                is_last = self._is_same_state(share) and _is_alone(share)
                if is_last and not self._keep_mark.exists():
                    Server(self._state).stop()

    def keep(self) -> None:
        """Let the server outlive its users, until :meth:`stop_keeping`."""
        self._keep_mark.touch()

    def stop_keeping(self) -> bool:
        """Take the mark away and stop the server; False while it has users.

        The last of those users stops it then.
        """
        with _start_lock(self._state), self._users_lock.open("a") as lock:
            self._keep_mark.unlink(missing_ok=True)
            is_unused = _is_alone(lock)
            if is_unused:
                Server(self._state).stop()
            return is_unused

    def _is_same_state(self, share: IO[str]) -> bool:
        """Whether the state folder was not deleted and made anew since we joined.

        The server that runs there now would then belong to others.
        """
        return not self._users_lock.exists() or os.path.samestat(
            os.fstat(share.fileno()), self._users_lock.stat()
        )


@contextmanager
def running_postgres(state: Path) -> Iterator[ConnectionSettings]:
    """The embedded server of a state folder, running for the length of a block."""
    user = EmbeddedPostgres(state)
    settings = user.acquire()
    try:
        yield settings
    finally:
        user.release()


def hold_until_exit(state: Path) -> ConnectionSettings:
    """The embedded server, running until this process ends.

    For users that have no end of their own, such as a dbt plugin. Calling it
    again costs little and brings a server back that was stopped meanwhile.
    """
    user = EmbeddedPostgres(state)
    settings = user.acquire()
    atexit.register(_release_at_exit, user)
    return settings


def _release_at_exit(user: EmbeddedPostgres) -> None:
    try:
        user.release()
    except (ProcurementError, OSError) as error:
        sys.stderr.write(f"The embedded PostgreSQL was not stopped: {error}\n")


@contextmanager
def _start_lock(state: Path) -> Iterator[None]:
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = (state / "postgres.start.lock").open("a")
    except OSError as error:
        raise ServiceUnavailableError(
            f"The state folder {state} cannot be used: {error.strerror}. "
            "Set PROCUREMENT_STATE to a folder that can be written."
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_alone(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
