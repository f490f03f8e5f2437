"""Where things are: paths, time zone and target, from options or the environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingestion.errors import UsageError

PROJECT_DIR = Path(__file__).resolve().parent.parent
TARGETS = ("embedded", "trino")

#: Set in the environment, it has dbt leave PostgreSQL alone: everything that a build
#: reads is in the lake.
WITHOUT_POSTGRES = "PROCUREMENT_WITHOUT_POSTGRES"


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
        reports: folder of the quality pages, one folder per date in it.
    """

    inbox: Path
    lake: str
    state: Path
    timezone: ZoneInfo
    target: str = "embedded"
    reports: Path = PROJECT_DIR / "reports"


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
        UsageError: an unknown target or time zone, a place that cannot be one, or
            file names that are not read as UTF-8.
    """
    zone = environ.get("BUSINESS_TIMEZONE") or "UTC"
    try:
        timezone = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"BUSINESS_TIMEZONE={zone!r} is not a time zone. "
            "Use a name such as Europe/Berlin, or UTC."
        ) from error
    if sys.getfilesystemencoding() != "utf-8":
        raise UsageError(
            f"Python reads file names as {sys.getfilesystemencoding()} here, and would "
            "name files otherwise than elsewhere. Set PYTHONUTF8=1."
        )
    target = target or "embedded"
    if target not in TARGETS:
        raise UsageError(f"--target {target!r} is unknown: use {' or '.join(TARGETS)}.")
    place = _lake(lake, environ.get("PROCUREMENT_LAKE"))
    state = _folder(None, environ.get("PROCUREMENT_STATE"), ".state")
    return Settings(
        inbox=_folder(inbox, environ.get("PROCUREMENT_INBOX"), "inbox"),
        lake=place,
        state=state,
        timezone=timezone,
        target=target,
        reports=_reports(environ.get("PROCUREMENT_REPORTS"), place, state),
    )


def _reports(variable: str | None, lake: str, state: Path) -> Path:
    """Where reports go: two lakes must not write over each other's.

    People look beside the default lake. Another local lake keeps its reports in it;
    one in HDFS, which a browser does not open, leaves them to the state.
    """
    if variable:
        return Path(variable).absolute()
    if lake == str(PROJECT_DIR / "lake"):
        return PROJECT_DIR / "reports"
    return (state if "://" in lake else Path(lake)) / "reports"


def _folder(option: str | None, variable: str | None, default: str) -> Path:
    if option is not None and not option.strip():
        # An unset variable of a script must not end in the default place.
        raise UsageError(f"The option for the {default} is empty: give it a path.")
    given = option or variable
    return Path(given).absolute() if given else PROJECT_DIR / default


def _lake(option: str | None, variable: str | None) -> str:
    given = option or variable
    if given and "://" in given:
        return given.rstrip("/")
    folder = _folder(option, variable, "lake")
    if "?" in str(folder):
        raise UsageError(
            f"The lake {folder} has a '?' in its path, which dbt cannot open."
        )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"The lake {folder} is a file; give --lake a folder.")
    return str(folder)
