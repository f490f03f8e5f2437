"""Holding a business date against every other run that could work on it.

Every command that writes to the lake holds its date in this one way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path

from ingestion.batch.transition import settle
from ingestion.lake import Lake
from ingestion.locks import date_lock
from ingestion.postgres.advisory_lock import advisory_date_lock
from ingestion.postgres.connections import ConnectionSettings


@contextmanager
def hold_date(
    state: Path, lake: Lake, business_date: date, run_id: str, now: datetime
) -> Iterator[Callable[[], None]]:
    """Hold one date of one lake on this machine, and on the others that share it.

    A local lake needs no server for that: its locks are files of its own. One in HDFS
    has the machines meet at the PostgreSQL that the environment names. What a killed
    run left half done of a change of the date is completed or taken back first.

    Returns:
        what to call before anything is made visible: it raises when the date is no
        longer held.

    Raises:
        DateLockedError: another run holds the date.
        ServiceUnavailableError: PostgreSQL does not answer, or has lost the lock.
    """
    with ExitStack() as held:
        held.enter_context(date_lock(state, lake.root, business_date, now))
        demand_hold: Callable[[], None] = _nothing_to_demand
        if "://" in lake.root and os.environ.get("PGHOST"):
            server = ConnectionSettings.from_environment()
            shared = advisory_date_lock(server, lake.root, business_date, run_id)
            demand_hold = held.enter_context(shared)
        settle(lake, business_date)
        yield demand_hold


def _nothing_to_demand() -> None:
    """A lock of the operating system is held as long as its process lives."""
