"""``python -m ingestion validate | land | status``."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ingestion.config import load_settings
from ingestion.dates import parse_business_date
from ingestion.errors import ExitCode, RefusedError, UsageError
from ingestion.gate.records import FEEDS

if TYPE_CHECKING:
    from ingestion.gate.preview import Preview

#: Of several files, the command ends with the first of these that one gives.
_WORST_FIRST = (ExitCode.FAILED, ExitCode.USAGE, ExitCode.REFUSED)
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
    _add_workers(validate)
    validate.set_defaults(run=_validate)

    land = subparsers.add_parser(
        "land", help="validate a date's files and land them in the lake"
    )
    land.add_argument("--date", required=True, metavar="YYYY-MM-DD")
    land.add_argument("--inbox", metavar="DIR")
    land.add_argument("--lake", metavar="PATH_OR_URL")
    _add_workers(land)
    land.set_defaults(run=_land)

    requeue = subparsers.add_parser(
        "requeue", help="land rows or a file that were refused, now that they are right"
    )
    requeue.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="corrected copy of a file in quarantine, under the same name: "
        "FILE.rejects.jsonl, whose `raw` is corrected, or a file refused whole",
    )
    requeue.add_argument("--date", metavar="YYYY-MM-DD", help="default: FILE's folder")
    requeue.add_argument("--feed", choices=FEEDS, help="default: FILE's folder")
    requeue.add_argument("--lake", metavar="PATH_OR_URL")
    requeue.set_defaults(run=_requeue)

    status = subparsers.add_parser("status", help="show the load history")
    status.add_argument("--date", metavar="YYYY-MM-DD", help="default: every date")
    status.add_argument("--lake", metavar="PATH_OR_URL")
    status.set_defaults(run=_status)


def _add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers",
        type=_workers,
        metavar="N",
        help="processes that read large files (default: PROCUREMENT_WORKERS, else one "
        "per core)",
    )


def _validate(arguments: argparse.Namespace) -> int:
    from ingestion.gate.crew import Crew
    from ingestion.gate.preview import preview

    files = arguments.files
    sizes = [path.stat().st_size for path in files if path.is_file()]
    call = partial(preview, feed=arguments.feed)
    reports = []
    with Crew(arguments.workers) as crew:
        found = crew.map(call, files) if crew.is_worth(sizes) else map(call, files)
        for report in found:
            reports.append(report)
            stream = sys.stderr if report.problem else sys.stdout
            _print("\n".join(report.lines()), stream)
    if len(reports) > 1:
        _print("\n" + "\n".join(_table(reports)))
    codes = {report.exit_code for report in reports}
    return next((code for code in _WORST_FIRST if code in codes), ExitCode.OK)


def _table(reports: list[Preview]) -> list[str]:
    """One line per file, as wide as it has to be."""
    rows: list[tuple[str, ...]] = [
        ("file", "feed", "read", "accepted", "refused", "outcome")
    ]
    for report in reports:
        verdict = report.verdict
        counts = (verdict.rows_read, verdict.rows_accepted, verdict.rows_refused)
        rows.append((str(report.path), report.feed, *map(str, counts), report.outcome))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if 2 <= place <= 4 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _land(arguments: argparse.Namespace) -> int:
    from ingestion.batch.publication import published_version
    from ingestion.batch.transition import settle
    from ingestion.date_hold import hold_date
    from ingestion.gate.crew import Crew
    from ingestion.gate.history_table import totals
    from ingestion.gate.inbox import misplaced
    from ingestion.gate.late import receive_late
    from ingestion.gate.receiving import receive
    from ingestion.lake import open_lake

    settings = load_settings(inbox=arguments.inbox, lake=arguments.lake)
    business_date = parse_business_date(arguments.date)
    lake = open_lake(settings.lake)
    now = datetime.now(timezone.utc)
    run_id = _run_id("land", now)
    with hold_date(settings.state, lake.root, business_date, run_id, now):
        settle(lake, business_date)
        # What counted for the published orders must stay what lies in raw.
        is_published = published_version(lake, business_date) is not None
        with Crew(arguments.workers) as crew:
            history = (receive_late if is_published else receive)(
                lake,
                settings.inbox,
                business_date,
                run_id=run_id,
                received_at=now,
                crew=crew,
            )
    if is_published:
        _print(
            f"{business_date} is published already; what came since is held back until "
            f"run_batch.py --date {business_date} --include-late counts it."
        )
    for line in totals(history):
        _print(line)
    for line in misplaced(settings.inbox):
        _print(line, sys.stderr)
    _print(f"`python -m ingestion status --date {business_date}` shows each file.")
    return ExitCode.OK


def _requeue(arguments: argparse.Namespace) -> int:
    from ingestion.batch.publication import published_version
    from ingestion.gate.intake import Receipt
    from ingestion.gate.requeue import date_and_feed, requeue
    from ingestion.lake import open_lake
    from ingestion.locks import date_lock

    settings = load_settings(lake=arguments.lake)
    business_date, feed = date_and_feed(arguments.file, arguments.date, arguments.feed)
    lake = open_lake(settings.lake)
    now = datetime.now(timezone.utc)
    with date_lock(settings.state, lake.root, business_date, now):
        if published_version(lake, business_date) is not None:
            raise RefusedError(
                f"{business_date} is published already; nothing was landed. Its orders "
                "stand on what had come by then."
            )
        receipt = Receipt(business_date, _run_id("requeue", now), now)
        received = requeue(lake, arguments.file, feed, receipt)
    _print(
        f"{received.file_name}: {received.status}, {received.rows_accepted} rows "
        f"accepted, {received.rows_refused} refused"
    )
    if received.reason:
        raise RefusedError(f"It is refused still: {received.reason_message}")
    if received.rejects_path:
        _print(f"still refused: {lake.root}/{received.rejects_path}")
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


def _run_id(command: str, now: datetime) -> str:
    return f"{command}-{now:%Y%m%dT%H%M%S.%fZ}"


def _workers(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def _print(text: str, stream: TextIO | None = None) -> None:
    # A name or a cell may hold what the terminal's encoding cannot show.
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    shown = text.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(f"{shown}\n")
