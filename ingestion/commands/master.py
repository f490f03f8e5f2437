"""The command ``master load``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.master_data.loading import LoadedTable


def add_commands(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add this module's command to the parser of ``python -m ingestion``."""
    master = subparsers.add_parser("master", help="master data in PostgreSQL")
    actions = master.add_subparsers(required=True, metavar="ACTION")
    load = actions.add_parser(
        "load", help="load the six CSV files, or any of them, in one transaction"
    )
    load.add_argument(
        "--from",
        dest="folder",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder of products.csv, suppliers.csv, product_suppliers.csv, "
        "replenishment_rules.csv, stores.csv, warehouses.csv",
    )
    for option, meaning in (
        ("--prune", "also delete rows that the given files lack"),
        ("--strict", "refuse what is otherwise warned of, such as doubled keys"),
        ("--check", "only look: say what a load would say and change nothing"),
    ):
        load.add_argument(option, action="store_true", help=meaning)
    load.set_defaults(run=load_master)


def load_master(arguments: argparse.Namespace) -> int:
    """Load master data; say what changed on stdout, what looks wrong on stderr."""
    from ingestion.config import load_settings
    from ingestion.master_data.csv_files import first_of, read_files
    from ingestion.master_data.loading import load_files
    from ingestion.postgres import connection_settings

    # Wrong files are reported before a server is started for them.
    files = read_files(arguments.folder)
    with connection_settings(load_settings().state) as settings:
        load = load_files(
            settings,
            files,
            prune=arguments.prune,
            strict=arguments.strict,
            check=arguments.check,
        )
    if load.warnings:
        sys.stderr.write(f"{first_of(load.warnings)}\n")
    for table in load.tables:
        sys.stdout.write(f"{_report(table)}\n")
    if arguments.check:
        sys.stdout.write("Only checked: nothing was changed.\n")
    return os.EX_OK


def _report(loaded: LoadedTable) -> str:
    file = loaded.file
    kept = ", ".join(name for name in file.table.names if name not in file.names)
    passed_over = ", ".join(map(repr, file.passed_over))
    return (
        f"{file.table.name}: {len(file.rows)} rows given, {loaded.inserted} inserted, "
        f"{loaded.updated} updated, {loaded.deleted} deleted"
        + (f"; not in the file, kept as they were: {kept}" if kept else "")
        + (f"; in the file, passed over: {passed_over}" if passed_over else "")
    )
