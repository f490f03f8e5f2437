"""Times as written in files, as instants that can be compared."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_WRITTEN = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2})"
    r"(?::([0-9]{2})(?:\.([0-9]{1,6})[0-9]{0,3})?)?"
    r" ?(?:Z|([+-])([0-9]{2}):?([0-9]{2})?)?"
)


def instant(written: str) -> datetime:
    """The instant in UTC, without a time zone on it; no offset means UTC.

    Raises:
        ValueError: not a time as files may write it; the gate refuses such rows.
    """
    match = _WRITTEN.fullmatch(written)
    if match is None:
        raise ValueError(f"not a time: {written!r}")
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = (
        match.groups()
    )
    local = datetime(  # noqa: DTZ001 - the offset is taken off below
        int(year), int(month), int(day), int(hour), int(minute), int(second or 0)
    ) + timedelta(microseconds=int((fraction or "0").ljust(6, "0")))
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return local + offset if sign == "-" else local - offset
