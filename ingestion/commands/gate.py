"""``python -m ingestion validate | land | status``."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.commands.preview import say
from ingestion.config import Settings, load_settings
from ingestion.dates import parse_business_date
from ingestion.errors import ExitCode, RefusedError, UsageError
from ingestion.gate.history.records import FEEDS

if TYPE_CHECKING:
    from ingestion.gate.intake import Receipt
    from ingestion.lake import Lake

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
    from ingestion.commands.preview import exit_code, lines, table
    from ingestion.gate.preview import preview
    from ingestion.gate.workers import Workers

    files = arguments.files
    sizes = [path.stat().st_size for path in files if path.is_file()]
    call = partial(preview, feed=arguments.feed)
    reports = []
    with Workers(arguments.workers) as workers:
        found = (
            workers.map(call, files) if workers.is_worth(sizes) else map(call, files)
        )
        for report in found:
            reports.append(report)
            stream = sys.stderr if report.problem else sys.stdout
            say("\n".join(lines(report)), stream)
    if len(reports) > 1:
        say("\n" + "\n".join(table(reports)))
    codes = set(map(exit_code, reports))
    return next((code for code in _WORST_FIRST if code in codes), ExitCode.OK)


def _land(arguments: argparse.Namespace) -> int:
    from ingestion.commands.history_table import totals
    from ingestion.gate.inbox import misplaced
    from ingestion.gate.receiving import receive
    from ingestion.gate.workers import Workers

    settings = load_settings(inbox=arguments.inbox, lake=arguments.lake)
    business_date = parse_business_date(arguments.date)
    with (
        _held("land", settings, business_date) as held,
        Workers(arguments.workers) as workers,
    ):
        history = receive(
            held.lake,
            settings.inbox,
            business_date,
            run_id=held.receipt.run_id,
            received_at=held.receipt.received_at,
            workers=workers,
            is_published=held.is_published,
        )
    if held.is_published:
        say(_held_back(business_date, arguments.lake))
    for line in totals(history):
        say(line)
    for line in misplaced(settings.inbox):
        say(line, sys.stderr)
    say(f"`python -m ingestion status --date {business_date}` shows each file.")
    return ExitCode.OK


def _requeue(arguments: argparse.Namespace) -> int:
    from ingestion.gate.file_stream import require_file
    from ingestion.gate.requeue import date_and_feed, requeue

    settings = load_settings(lake=arguments.lake)
    require_file(arguments.file)
    business_date, feed = date_and_feed(arguments.file, arguments.date, arguments.feed)
    with _held("requeue", settings, business_date) as held:
        received = requeue(
            held.lake, arguments.file, feed, held.receipt, is_late=held.is_published
        )
    say(
        f"{received.file_name}: {received.status}, {received.rows_accepted} rows "
        f"accepted, {received.rows_refused} refused"
    )
    if received.reason:
        raise RefusedError(f"It is refused still: {received.reason_message}")
    if received.rejects_path:
        say(f"still refused: {held.lake.root}/{received.rejects_path}")
    if received.status == "late":
        say(_held_back(business_date, arguments.lake))
    return ExitCode.OK


@dataclass(frozen=True)
class _Held:
    """A lake one of whose dates nobody else works on."""

    lake: Lake
    receipt: Receipt
    is_published: bool


@contextmanager
def _held(command: str, settings: Settings, business_date: date) -> Iterator[_Held]:
    """Hold a date for a command that writes; what counts for it is settled.

    What counted for published orders must stay what lies in raw, so that a command
    has to ask whether the date is published.
    """
    from ingestion.contracts.landed_columns import check_landed_columns
    from ingestion.gate.intake import Receipt
    from ingestion.lake import open_lake
    from ingestion.publication.change_journal import hold_settled_date
    from ingestion.publication.published import published_version

    lake, now = open_lake(settings.lake), datetime.now(timezone.utc)
    receipt = Receipt(business_date, f"{command}-{now:%Y%m%dT%H%M%S.%fZ}", now)
    with hold_settled_date(settings.state, lake, business_date, receipt.run_id, now):
        check_landed_columns(lake, settings.state)
        yield _Held(lake, receipt, published_version(lake, business_date) is not None)


def _status(arguments: argparse.Namespace) -> int:
    from ingestion.commands.history_table import print_history
    from ingestion.gate.history.records import load_history, received_dates
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


def _held_back(business_date: date, lake: str | None) -> str:
    """What to do for late files to count; ``lake`` as it was given."""
    place = f" --lake {shlex.quote(lake)}" if lake else ""
    return (
        f"{business_date} is published already: what came since is held back until "
        f"`python run_batch.py --date {business_date} --include-late{place}` counts it."
    )


def _workers(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)
