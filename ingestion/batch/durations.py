"""How long dates take: to foresee a missed deadline, and the end of a backfill."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from ingestion.date_run.date_run import WAITING


def last_duration(state: Path) -> timedelta:
    """Duration of the last date published from this state; nothing before the first."""
    try:
        return timedelta(seconds=float(_file(state).read_text("ascii")))
    except (OSError, ValueError):
        return timedelta(0)


def remember_duration(state: Path, seconds: Mapping[str, float]) -> None:
    """Keep the duration of a date that was just published, from those of its stages."""
    with suppress(OSError):  # the date is published; a full state must not fail it
        _file(state).write_text(f"{_work(seconds):.3f}\n", "ascii")


class Estimate:
    """How far a window of dates is, and when it will be through.

    Dates that were published before take no time and say nothing about the others.
    The first one that does work also parses the project: it counts only while it is
    the only one.
    """

    def __init__(self, dates: int) -> None:
        self._dates = dates
        self._done = 0
        self._worked: list[float] = []

    def after(self, seconds: Mapping[str, float]) -> str | None:
        """Count one date by the seconds of its stages; a line while some are left."""
        self._done += 1
        if seconds:
            self._worked.append(_work(seconds))
        left = self._dates - self._done
        if left <= 0:
            return None
        return f"{self._done} of {self._dates} dates done{self._forecast(left)}."

    def _forecast(self, left: int) -> str:
        known = self._worked[1:] or self._worked
        if not known:
            return ""
        each = sum(known) / len(known)
        return f", {each:.1f} s each, about {_readable(each * left)} left"


def _work(seconds: Mapping[str, float]) -> float:
    return sum(took for stage, took in seconds.items() if stage != WAITING)


def _readable(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{max(1, round(seconds))} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _file(state: Path) -> Path:
    return state / "last_run_seconds"
