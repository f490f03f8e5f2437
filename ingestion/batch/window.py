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

    def foreseen_miss(self, now: datetime, duration: timedelta) -> str | None:
        """What to say before a run that would end after the deadline."""
        if not self.passes_deadline(now + duration):
            return None
        return (
            f"this run would pass its deadline {self.deadline:%H:%M} by about "
            f"{self._minutes_late(now + duration)} min, going by the last one."
        )

    def miss(self, started_at: datetime, now: datetime) -> str | None:
        """What to say after a run of this window that ended after the deadline."""
        if not (self.concerns(started_at) and now > self.deadline):
            return None
        return (
            f"{self.start:%Y-%m-%d} MISSED its deadline {self.deadline:%H:%M} by "
            f"{self._minutes_late(now)} min."
        )

    def opening(self, now: datetime) -> str | None:
        """What to say of a window that has not opened; None once it has."""
        if now >= self.start:
            return None
        return f"The window of {self.start:%Y-%m-%d} opens at {self.start:%H:%M}."

    def _minutes_late(self, end: datetime) -> int:
        return max(1, round((end - self.deadline) / timedelta(minutes=1)))
