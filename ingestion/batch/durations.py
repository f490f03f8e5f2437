"""How long the last published date took, to foresee a missed deadline."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from pathlib import Path


def last_duration(state: Path) -> timedelta:
    """Duration of the last date published from this state; nothing before the first."""
    try:
        return timedelta(seconds=float(_file(state).read_text("ascii")))
    except (OSError, ValueError):
        return timedelta(0)


def remember_duration(state: Path, seconds: float) -> None:
    """Keep the duration of a date that was just published."""
    with suppress(OSError):  # the date is published; a full state must not fail it
        _file(state).write_text(f"{seconds:.3f}\n", "ascii")


def _file(state: Path) -> Path:
    return state / "last_run_seconds"
