"""The batch window: from 22:00 to midnight of the business date, in business time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS = time(22, 0)
LENGTH = timedelta(hours=2)

#: A run that starts later than this after the deadline is no late batch but a rerun
#: or a demonstration, for which a missed deadline means nothing.
CATCH_UP = timedelta(hours=12)


@dataclass(frozen=True)
class BatchWindow:
    """The window of one business date; both ends are instants with a time zone."""

    start: datetime
    deadline: datetime

    @classmethod
    def of(cls, business_date: date, timezone: ZoneInfo) -> BatchWindow:
        """The window that opens at 22:00 of the date; two hours, also in DST nights."""
        start = datetime.combine(business_date, OPENS, timezone)
        deadline = (start.astimezone(ZoneInfo("UTC")) + LENGTH).astimezone(timezone)
        return cls(start, deadline)

    def concerns(self, moment: datetime) -> bool:
        """Whether a run at this instant is this window's batch, in time or late."""
        return self.start <= moment < self.deadline + CATCH_UP

    def elapsed_share(self, moment: datetime) -> float:
        """Share of the window that has passed: 0 at its start, 1 at the deadline."""
        return (moment - self.start) / LENGTH

    def passes_deadline(self, moment: datetime) -> bool:
        """Whether something that ends at this instant ends too late."""
        return self.concerns(moment) and moment > self.deadline
