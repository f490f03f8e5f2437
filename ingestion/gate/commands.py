"""``python -m ingestion validate | land | status``."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone
from pathlib import Path

from ingestion.config import load_settings
from ingestion.dates import parse_business_date
from ingestion.errors import ExitCode, UsageError
from ingestion.gate.records import FEEDS

Subparsers = argparse._SubParsersAction  # what add_subparsers returns


def add_commands(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the gate's commands to the parser of ``python -m ingestion``."""
    validate = subparsers.add_parser(
        "validate", help="check files against their contract without landing them"
    )
    validate.add_argument("files", nargs="+", type=Path, metavar="FILE")
    validate.add_argument(
        "--feed", choices=FEEDS, help="default: from the folders, else the header"
    )
    validate.set_defaults(run=_validate)

    land = subparsers.add_parser(
        "land", help="validate a date's files and land them in the lake"
    )
    land.add_argument("--date", required=True, metavar="YYYY-MM-DD")
    land.add_argument("--inbox", metavar="DIR")
    land.add_argument("--lake", metavar="PATH_OR_URL")
    land.set_defaults(run=_land)

    status = subparsers.add_parser("status", help="show the load history")
    status.add_argument("--date", metavar="YYYY-MM-DD", help="default: every date")
    status.add_argument("--lake", metavar="PATH_OR_URL")
    status.set_defaults(run=_status)


def _validate(arguments: argparse.Namespace) -> int:
    from ingestion.gate.preview import preview

    worst = ExitCode.OK
    for path in arguments.files:
        report = preview(path, arguments.feed)
        _print("\n".join(report.lines()))
        if report.verdict.reason:
            worst = ExitCode.REFUSED
    return worst


def _land(arguments: argparse.Namespace) -> int:
    from ingestion.batch.publication import published_version
    from ingestion.date_hold import hold_date
    from ingestion.gate.history_table import totals
    from ingestion.gate.receiving import receive
    from ingestion.lake import open_lake

    settings = load_settings(inbox=arguments.inbox, lake=arguments.lake)
    business_date = parse_business_date(arguments.date)
    lake = open_lake(settings.lake)
    now = datetime.now(timezone.utc)
    run_id = f"land-{now:%Y%m%dT%H%M%S.%fZ}"
    with hold_date(settings.state, lake.root, business_date, run_id, now):
        if published_version(lake, business_date) is not None:
            # What counted for the published orders must stay what lies in raw.
            _print(f"{business_date} is published already; nothing was landed.")
            return ExitCode.OK
        history = receive(
            lake,
            settings.inbox,
            business_date,
            run_id=run_id,
            received_at=now,
        )
    for line in totals(history):
        _print(line)
    _print(f"`python -m ingestion status --date {business_date}` shows each file.")
    return ExitCode.OK


def _status(arguments: argparse.Namespace) -> int:
    from ingestion.gate.history_table import print_history
    from ingestion.gate.records import load_history, received_dates
    from ingestion.lake import open_lake

    settings = load_settings(lake=arguments.lake)
    if "://" not in settings.lake and not Path(settings.lake).is_dir():
        raise UsageError(
            f"The lake {settings.lake} does not exist. Give its folder with --lake "
            "or PROCUREMENT_LAKE."
        )
    lake = open_lake(settings.lake)
    dates = [parse_business_date(arguments.date)] if arguments.date else None
    for business_date in dates or received_dates(lake):
        print_history(business_date, load_history(lake, business_date))
    return ExitCode.OK


def _print(text: str) -> None:
    # A name or a cell may hold what the terminal's encoding cannot show.
    encoding = sys.stdout.encoding or "utf-8"
    shown = text.encode(encoding, "backslashreplace").decode(encoding)
    sys.stdout.write(f"{shown}\n")
