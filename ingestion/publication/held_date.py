"""Holding a date to write to it, in the one way of every command that does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from ingestion.lake import Lake
from ingestion.locking import hold_date
from ingestion.publication.change_journal import settle


@contextmanager
def hold_settled_date(
    state: Path, lake: Lake, business_date: date, run_id: str, now: datetime
) -> Iterator[Callable[[], None]]:
    """Hold a date, and complete or take back what a killed run left of changing it.

    Returns, Raises: as :func:`ingestion.locking.hold_date`.
    """
    with hold_date(state, lake.root, business_date, run_id, now) as demand_hold:
        settle(lake, business_date)
        yield demand_hold
