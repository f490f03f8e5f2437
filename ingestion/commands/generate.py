"""``python -m ingestion generate``: made-up data for a first look and for load."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.config import PROJECT_DIR, load_settings
from ingestion.dates import days_from, parse_business_date
from ingestion.errors import ExitCode, ServiceUnavailableError, UsageError

if TYPE_CHECKING:
    from ingestion.generator.retailer import Size
    from ingestion.generator.sales import Wishes

FIRST_DAY = "2026-01-01"
LAST_DAY = "2026-01-03"
#: Below that the articles with a defect would leave too few ordinary ones.
FEWEST_SKUS = 10
#: Fewer orders than this are made sooner than processes start.
_WORTH_STARTING = 200_000


def add_commands(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add ``generate`` to the command line."""
    parser = subparsers.add_parser(
        "generate",
        help="write made-up order, stock and master data files",
        description="Write made-up order and stock files into the inbox, and master "
        "data as CSV. The same options give the same bytes, on every machine. "
        "docs/generator.md says how the figures are distributed.",
    )
    add = parser.add_argument
    add("--out", metavar="DIR", help="inbox to fill; truth/ comes beside it")
    add("--master-out", metavar="DIR", help="default: demo/master")
    add("--from", dest="first", metavar="D", help=FIRST_DAY)
    add("--to", dest="last", metavar="D", help="default: as --from")
    add("--seed", type=int, default=1, metavar="N")
    add("--stores", type=int, default=8, metavar="N")
    add("--skus", type=int, default=60, metavar="N")
    add("--warehouses", type=int, default=3, metavar="N")
    add(
        "--suppliers", type=int, metavar="N", help="default: one for ten SKUs, 3 to 200"
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--orders", type=int, default=300, metavar="N", help="on an average day"
    )
    size.add_argument(
        "--order-lines", type=int, metavar="N", help="instead of --orders"
    )
    add("--makes", metavar="M,M", help="of till, in turns, instead of all five")
    for option, what in (
        ("--returns", "order lines brought back"),
        ("--cancelled", "order lines with a quantity of 0"),
        ("--damaged", "order lines that are damaged"),
        ("--damaged-files", "order files that are damaged"),
    ):
        add(option, type=float, default=0, metavar="SHARE", help=f"of {what}: 0 to 1")
    add("--receipts", action="store_true", help="write deliveries into the inbox, too")
    add("--lake", metavar="LAKE", help="deliver what was published there; date by date")
    add("--no-defects", action="store_true", help="leave out what is wrong on purpose")
    parser.set_defaults(run=generate)


def generate(arguments: argparse.Namespace) -> int:
    """Write the files and say what was written.

    Raises:
        UsageError: a size that makes no retailer, or a window that makes no sense.
        ServiceUnavailableError: a folder cannot be written.
    """
    size, wishes, days = _size(arguments), _wishes(arguments), _days(arguments)
    inbox = load_settings(inbox=arguments.out).inbox
    master = Path(arguments.master_out or PROJECT_DIR / "demo" / "master").absolute()
    try:
        said = _write(arguments.seed, size, wishes, days, inbox, master)
    except OSError as error:
        raise ServiceUnavailableError(
            f"{error.filename or inbox} cannot be written: {error.strerror}. "
            "Give --out and --master-out folders of your own."
        ) from error
    sys.stdout.write(f"{said} in {inbox}, master data in {master}\n")
    return ExitCode.OK


def _write(
    seed: int, size: Size, wishes: Wishes, days: list[date], inbox: Path, master: Path
) -> str:
    from ingestion.gate.workers import Workers, default_workers
    from ingestion.generator.inbox import Dropped, drop_window
    from ingestion.generator.master_files import write_master_files
    from ingestion.generator.retailer import build_retailer

    retailer = build_retailer(seed, size)
    write_master_files(retailer, master, defects=wishes.defects)
    drop = partial(drop_window, seed, size, inbox, wishes)
    workers = default_workers()
    # With a lake a date begins where the one before it ended.
    if wishes.lake or workers == 1 or len(days) * size.orders < _WORTH_STARTING:
        dropped = drop(days)
    else:
        step = -(-len(days) // workers)
        parts = [days[first : first + step] for first in range(0, len(days), step)]
        with Workers(workers) as running:
            dropped = sum(running.map(drop, parts), Dropped())
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
    from ingestion.generator.retailer import MEAN_LINES, Size

    suppliers = arguments.suppliers
    if suppliers is None:
        suppliers = max(3, min(arguments.skus // 10, 200))
    orders, lines = arguments.orders, arguments.order_lines
    for option, value, least in (
        ("--seed", arguments.seed, 0),
        ("--stores", arguments.stores, 1),
        ("--skus", arguments.skus, FEWEST_SKUS),
        ("--warehouses", arguments.warehouses, 1),
        ("--suppliers", suppliers, 1),
        ("--orders", orders, 0),
        ("--order-lines", lines or 0, 0),
    ):
        if value < least:
            raise UsageError(f"{option} {value} is too few: give at least {least}.")
    return Size(
        arguments.stores,
        arguments.skus,
        orders if lines is None else lines / MEAN_LINES,
        arguments.warehouses,
        suppliers,
    )


def _wishes(arguments: argparse.Namespace) -> Wishes:
    from ingestion.generator.sales import Wishes
    from ingestion.generator.tills import TILLS
    from ingestion.lake import open_lake

    shares = ("returns", "cancelled", "damaged", "damaged_files")
    for name in shares:
        share = getattr(arguments, name)
        if not 0 <= share <= 1:
            option = name.replace("_", "-")
            raise UsageError(f"--{option} {share} is no share: give 0 to 1.")
    makes = tuple(arguments.makes.split(",") if arguments.makes else TILLS)
    for make in makes:
        if make not in TILLS:
            raise UsageError(f"--makes {make!r} is none of {', '.join(TILLS)}.")
    return Wishes(
        defects=not arguments.no_defects,
        **{name: getattr(arguments, name) for name in shares},
        receipts=arguments.receipts,
        makes=makes,
        lake=open_lake(arguments.lake) if arguments.lake else None,
    )
