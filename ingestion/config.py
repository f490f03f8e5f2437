"""Where things are: paths, time zone and target, from options or the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingestion.errors import UsageError

PROJECT_DIR = Path(__file__).resolve().parent.parent
TARGETS = ("embedded", "trino")


@dataclass(frozen=True)
class Settings:
    """The places that one run reads and writes.

    Attributes:
        inbox: folder in which shops and warehouses drop files; never changed.
        lake: local folder, or ``hdfs://host:port/path``.
        state: what this checkout keeps for itself: embedded PostgreSQL, locks,
            logs, caches. Two states with two lakes share nothing.
        timezone: the retailer's, for "tonight" and for the batch window.
        target: ``embedded`` or ``trino``.
    """

    inbox: Path
    lake: str
    state: Path
    timezone: ZoneInfo
    target: str = "embedded"


def load_settings(
    *,
    inbox: str | None = None,
    lake: str | None = None,
    target: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Settings from options, else from the environment, else the defaults.

    Relative paths count from the working directory, so that an option means
    what a shell user expects; the defaults lie in the checkout.

    Raises:
        UsageError: an unknown target or time zone.
    """
    zone = environ.get("BUSINESS_TIMEZONE") or "UTC"
    try:
        timezone = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"BUSINESS_TIMEZONE={zone!r} is not a time zone. "
            "Use a name such as Europe/Berlin, or UTC."
        ) from error
    target = target or "embedded"
    if target not in TARGETS:
        raise UsageError(f"--target {target!r} is unknown: use {' or '.join(TARGETS)}.")
    return Settings(
        inbox=_folder(inbox, environ.get("PROCUREMENT_INBOX"), "inbox"),
        lake=_lake(lake or environ.get("PROCUREMENT_LAKE")),
        state=_folder(None, environ.get("PROCUREMENT_STATE"), ".state"),
        timezone=timezone,
        target=target,
    )


def _folder(option: str | None, variable: str | None, default: str) -> Path:
    given = option or variable
    return Path(given).absolute() if given else PROJECT_DIR / default


def _lake(given: str | None) -> str:
    if given and "://" in given:
        return given.rstrip("/")
    return str(_folder(given, None, "lake"))
