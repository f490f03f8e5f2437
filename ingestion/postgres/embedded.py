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

from ingestion.errors import ProcurementError, ServiceUnavailableError
from ingestion.postgres.connections import ConnectionSettings
from ingestion.postgres.server import Server, clear_away

_held: dict[Path, EmbeddedPostgres] = {}


class EmbeddedPostgres:
    """One user's share in the server of a state folder.

    Several may exist in one process; each counts.
    """

    def __init__(self, state: Path) -> None:
        self._state = state.resolve()
        self._share: int | None = None
        self._owner = os.getpid()

    def acquire(self) -> ConnectionSettings:
        """Join the users of the server and start it when it does not run.

        Raises:
            ServiceUnavailableError: it cannot be started.
        """
        with _start_lock(self._state):
            server = Server(self._state)
            if self._share is None:
                self._share = _open_lock(self._users_lock)
                fcntl.flock(self._share, fcntl.LOCK_SH)
            try:
                server.start()
            except BaseException:
                self._leave()
                raise
            return server.settings

    def release(self) -> None:
        """Leave; the last user stops the server unless it is to be kept."""
        # A forked child has a copy of this object, but is no user of its own.
        if self._share is None or self._owner != os.getpid():
            return
        if not self._state.exists():
            self._leave()
            clear_away(self._state)
            return
        with _start_lock(self._state):
            is_last = self._is_same_state(self._share) and _lock_alone(self._share)
            self._leave()
            if is_last and not self._keep_mark.exists():
                Server(self._state).stop()

    def keep(self) -> None:
        """Let the server outlive its users, until :meth:`stop_keeping`."""
        self._keep_mark.touch()

    def stop_keeping(self) -> bool:
        """Take the mark away and stop the server; False while it has users.

        The last of those users stops it then.
        """
        with _start_lock(self._state):
            self._keep_mark.unlink(missing_ok=True)
            lock = _open_lock(self._users_lock)
            try:
                is_unused = _lock_alone(lock)
                if is_unused:
                    Server(self._state).stop()
                return is_unused
            finally:
                os.close(lock)

    @property
    def _users_lock(self) -> Path:
        return self._state / "postgres.users.lock"

    @property
    def _keep_mark(self) -> Path:
        return self._state / "postgres.keep"

    def _is_same_state(self, share: int) -> bool:
        """Whether the state folder was not deleted and made anew since we joined.

        The server that runs there now would then belong to others.
        """
        try:
            return os.path.samestat(os.fstat(share), self._users_lock.stat())
        except FileNotFoundError:
            return True

    def _leave(self) -> None:
        if self._share is not None:
            os.close(self._share)
            self._share = None


@contextmanager
def running_postgres(state: Path) -> Iterator[ConnectionSettings]:
    """The embedded server of a state folder, running for the length of a block.

    Raises:
        ServiceUnavailableError: it cannot be started.
    """
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

    Raises:
        ServiceUnavailableError: it cannot be started.
    """
    user = _held.setdefault(state.resolve(), EmbeddedPostgres(state))
    return user.acquire()


@atexit.register
def release_held() -> None:
    """Leave every server held for the whole process; says why when one remains."""
    while _held:
        _, user = _held.popitem()
        try:
            user.release()
        except (ProcurementError, OSError) as error:
            sys.stderr.write(f"The embedded PostgreSQL was not stopped: {error}\n")


@contextmanager
def _start_lock(state: Path) -> Iterator[None]:
    try:
        state.mkdir(parents=True, exist_ok=True)
        lock = _open_lock(state / "postgres.start.lock")
    except OSError as error:
        raise ServiceUnavailableError(
            f"The state folder {state} cannot be used: {error.strerror}. "
            "Set PROCUREMENT_STATE to a folder that can be written."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)


def _lock_alone(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
