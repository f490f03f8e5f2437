"""Holding a business date against every other run that could work on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path

from ingestion.locking.advisory_lock import advisory_date_lock
from ingestion.locking.files import date_lock
from ingestion.postgres.connections import ConnectionSettings


@contextmanager
def hold_date(
    state: Path, lake_root: str, business_date: date, run_id: str, now: datetime
) -> Iterator[Callable[[], None]]:
    """Hold one date of one lake on this machine, and on the others that share it.

    A local lake needs no server for that: its locks are files of its own. One in HDFS
    has the machines meet at the PostgreSQL that the environment names.

    Returns:
        what to call before anything is made visible: it raises when the date is no
        longer held.

    Raises:
        DateLockedError: another run holds the date.
        ServiceUnavailableError: PostgreSQL does not answer, or has lost the lock.
    """
    with ExitStack() as held:
        held.enter_context(date_lock(state, lake_root, business_date, now))
        demand_hold: Callable[[], None] = _nothing_to_demand
        if "://" in lake_root and os.environ.get("PGHOST"):
            server = ConnectionSettings.from_environment()
            shared = advisory_date_lock(server, lake_root, business_date, run_id)
            demand_hold = held.enter_context(shared)
        yield demand_hold


def _nothing_to_demand() -> None:
    """A lock of the operating system is held as long as its process lives."""
