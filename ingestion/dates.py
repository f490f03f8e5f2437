"""Business dates: reading them, counting through them, and tonight's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo

from ingestion.errors import UsageError

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

#: The window opens at 22:00 and a catch-up runs in the early hours: half a day
#: back from either is the evening that the batch belongs to.
CATCH_UP = timedelta(hours=12)


def parse_business_date(text: str) -> date:
    """Read ``YYYY-MM-DD``, and nothing else that Python would also take.

    Raises:
        UsageError: not that form, not a day of the calendar, or not within the
            years 1900 to 2100, the range that input files may name too.
    """
    try:
        day = date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2100:
        raise UsageError(
            f"{text!r} is not a business date. Write it as YYYY-MM-DD, "
            "for example 2026-01-01, with a year from 1900 to 2100."
        )
    return day


def business_date_at(now: datetime, timezone: tzinfo) -> date:
    """Business date of a run without ``--date``, started at the instant ``now``."""
    return (now - CATCH_UP).astimezone(timezone).date()


def days_from(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included.

    Raises:
        UsageError: the window ends before it begins.
    """
    if last < first:
        raise UsageError(f"The window ends ({last}) before it begins ({first}).")
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
