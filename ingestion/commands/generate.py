"""``python -m ingestion generate``: made-up data for a first look and for load."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.config import PROJECT_DIR, load_settings
from ingestion.dates import days_from, parse_business_date
from ingestion.errors import ExitCode, ServiceUnavailableError, UsageError

if TYPE_CHECKING:
    from ingestion.generator.retailer import Size

FIRST_DAY = "2026-01-01"
LAST_DAY = "2026-01-03"
#: Below that the articles with a defect would leave too few ordinary ones.
FEWEST_SKUS = 10


def add_commands(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add ``generate`` to the command line."""
    parser = subparsers.add_parser(
        "generate",
        help="write made-up order, stock and master data files",
        description="Write made-up order and stock files into the inbox, and master "
        "data as CSV. The same options give the same bytes, on every machine.",
    )
    parser.add_argument("--out", metavar="DIR", help="inbox to fill")
    parser.add_argument("--master-out", metavar="DIR", help="default: demo/master")
    parser.add_argument("--from", dest="first", metavar="D", help=FIRST_DAY)
    parser.add_argument("--to", dest="last", metavar="D", help="default: as --from")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--stores", type=int, default=8, metavar="N")
    parser.add_argument("--skus", type=int, default=60, metavar="N")
    parser.add_argument(
        "--order-lines", type=int, default=1500, metavar="N", help="per date"
    )
    parser.add_argument(
        "--no-defects", action="store_true", help="leave out what is wrong on purpose"
    )
    parser.set_defaults(run=generate)


def generate(arguments: argparse.Namespace) -> int:
    """Write the files and say what was written.

    Raises:
        UsageError: a size that makes no retailer, or a window that makes no sense.
        ServiceUnavailableError: a folder cannot be written.
    """
    size, days = _size(arguments), _days(arguments)
    inbox = load_settings(inbox=arguments.out).inbox
    master = Path(arguments.master_out or PROJECT_DIR / "demo" / "master").absolute()
    try:
        said = _write(arguments, size, days, inbox, master)
    except OSError as error:
        raise ServiceUnavailableError(
            f"{error.filename or inbox} cannot be written: {error.strerror}. "
            "Give --out and --master-out folders of your own."
        ) from error
    sys.stdout.write(f"{said} in {inbox}, master data in {master}\n")
    return ExitCode.OK


def _write(
    arguments: argparse.Namespace,
    size: Size,
    days: list[date],
    inbox: Path,
    master: Path,
) -> str:
    from ingestion.generator.inbox import Dropped, drop_files
    from ingestion.generator.master_files import write_master_files
    from ingestion.generator.retailer import build_retailer

    retailer = build_retailer(arguments.seed, size)
    write_master_files(retailer, master)
    dropped = Dropped()
    for day in days:
        dropped += drop_files(retailer, inbox, day, defects=not arguments.no_defects)
    return (
        f"Generated {days[0]} to {days[-1]}: {dropped.files} files with "
        f"{dropped.order_lines:,} order lines and {dropped.stock_rows:,} stock rows"
    )


def _days(arguments: argparse.Namespace) -> list[date]:
    """The window; one date when only its beginning is given."""
    first = parse_business_date(arguments.first or FIRST_DAY)
    last = arguments.last or arguments.first or LAST_DAY
    return list(days_from(first, parse_business_date(last)))


def _size(arguments: argparse.Namespace) -> Size:
    from ingestion.generator.retailer import Size

    for option, value, least in (
        ("--stores", arguments.stores, 1),
        ("--skus", arguments.skus, FEWEST_SKUS),
        ("--order-lines", arguments.order_lines, 0),
    ):
        if value < least:
            raise UsageError(f"{option} {value} is too few: give at least {least}.")
    return Size(arguments.stores, arguments.skus, arguments.order_lines)
