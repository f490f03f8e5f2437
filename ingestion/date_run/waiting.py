"""Waiting for the shops and warehouses that have not delivered yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ingestion.config import Settings
from ingestion.date_run.completeness import undelivered
from ingestion.gate import ReceivedFile
from ingestion.gate.landing import FILE_CHANGING
from ingestion.master_data.reading import Sites, read_sites
from ingestion.postgres import (
    ConnectionSettings,
    connect,
    connection_settings,
)

#: Seconds between two looks into the inbox.
POLL = 15.0

#: A time before noon is one of the next day: the evening goes on past midnight.
_NOON = time(12, 0)


@dataclass(frozen=True)
class FeedWait:
    """Waits until a time of the evening, or until everybody has delivered.

    Only reading a file tells whose orders are in it, and so what is there is received
    at every look; what has been read before is only hashed again.

    Attributes:
        until: the time; None does not wait.
        for_warehouses: whether the evening needs all of them, too.
    """

    settings: Settings
    until: time | None
    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    for_warehouses: bool

    def is_due(self, business_date: date) -> bool:
        """Whether there is time left to wait for files of this date."""
        return self.clock() < self._end(business_date)

    def wait(
        self,
        business_date: date,
        receive: Callable[[], Sequence[ReceivedFile]],
        say: Callable[[str], None],
    ) -> None:
        """Look again and again; each time somebody delivers, say who is missing.

        Raises:
            ServiceUnavailableError: PostgreSQL, which knows who has to deliver, does
                not answer.
        """
        said = ""
        settings = self.settings
        with connection_settings(settings.state, settings.target) as server:
            while (left := self._end(business_date) - self.clock()) > timedelta():
                missing = self._missing(server, receive)
                if not missing:
                    return
                if missing != said:
                    said = missing
                    say(f"Waiting until {self.until:%H:%M} for {missing}.")
                self.sleep(min(POLL, left.total_seconds()))

    def _end(self, business_date: date) -> datetime:
        if self.until is None:
            return datetime.min.replace(tzinfo=ZoneInfo("UTC"))
        day = business_date + timedelta(days=self.until < _NOON)
        return datetime.combine(day, self.until, self.settings.timezone)

    def _missing(
        self, server: ConnectionSettings, receive: Callable[[], Sequence[ReceivedFile]]
    ) -> str:
        received = receive()
        if any(map(_is_unfinished, received)):
            return "a file that is still being written"
        with closing(connect(server)) as connection:
            sites = read_sites(connection)
        return _text(received, sites, for_warehouses=self.for_warehouses)


def _is_unfinished(received: ReceivedFile) -> bool:
    return received.reason == FILE_CHANGING and received.status == "quarantined"


def _text(
    received: Sequence[ReceivedFile], sites: Sites, *, for_warehouses: bool
) -> str:
    """Who is missing: "2 stores (S1, S2) and 1 warehouse (W1)", or nothing."""
    wanted = [("store", "orders", sites.stores)]
    if for_warehouses:
        wanted.append(("warehouse", "stock", sites.warehouses))
    parts = []
    for kind, feed, ids in wanted:
        missing = undelivered(received, feed, ids)
        if missing:
            names = ", ".join(missing[:10]) + (", ..." if len(missing) > 10 else "")
            plural = "s" if len(missing) > 1 else ""
            parts.append(f"{len(missing)} {kind}{plural} ({names})")
    return " and ".join(parts)
