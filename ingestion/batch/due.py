"""Which business dates are due: their window has opened, and they are not published.

A date is looked at when files of it lie in the inbox, however old it is: the inbox says
what there is to order from, and nobody has to remember which nights failed. A date
without any file could only be refused, and is due in its own night alone, from the
opening of its window until half a day after its deadline: that nothing at all came in
must be said. Such dates of former nights are no longer due, and are told apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ingestion.batch.window import BatchWindow
from ingestion.dates import business_date_at, days_from, parse_business_date
from ingestion.errors import UsageError
from ingestion.gate.file_stream import unreadable_file
from ingestion.gate.history.names import is_passed_over
from ingestion.gate.history.records import FEEDS
from ingestion.lake import Lake
from ingestion.publication.published import published_version


@dataclass(frozen=True)
class DueDates:
    """What a run has to catch up with.

    Attributes:
        dates: the oldest first.
        without_files: dates among them that are not published either, for which
            nothing was ever dropped.
    """

    dates: list[date]
    without_files: list[date]


def due_dates(
    lake: Lake, inbox: Path, now: datetime, timezone: ZoneInfo, first: date | None
) -> DueDates:
    """Dates to run at an instant, none before ``first``.

    Raises:
        ProcurementError: the inbox cannot be listed.
    """
    try:
        delivered = {day for day in _delivered(inbox) if first is None or day >= first}
    except OSError as error:
        raise unreadable_file(inbox, error) from error
    opened = {day for day in delivered if BatchWindow.of(day, timezone).start <= now}
    tonight = business_date_at(now, timezone)
    if BatchWindow.of(tonight, timezone).concerns(now):
        opened.add(tonight)
    due = sorted(day for day in opened if published_version(lake, day) is None)
    return DueDates(due, _gaps(lake, due, opened))


def _gaps(lake: Lake, due: list[date], opened: set[date]) -> list[date]:
    return [
        day
        for day in (days_from(due[0], max(opened)) if due else ())
        if day not in opened and published_version(lake, day) is None
    ]


def _delivered(inbox: Path) -> set[date]:
    """Dates for which at least one file lies in the inbox."""
    return {
        day
        for feed in FEEDS
        if (inbox / feed).is_dir()
        for folder in (inbox / feed).iterdir()
        if (day := _date_of(folder)) and _has_files(folder)
    }


def _date_of(folder: Path) -> date | None:
    try:
        return parse_business_date(folder.name) if folder.is_dir() else None
    except UsageError:
        return None


def _has_files(folder: Path) -> bool:
    return any(not is_passed_over(path.name) for path in folder.iterdir())
