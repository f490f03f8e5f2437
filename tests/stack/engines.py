"""Running the batch on either engine, and reading what it left, to compare."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import CompletedProcess, run
from typing import Any

import duckdb

from ingestion.config import PROJECT_DIR
from ingestion.lake import Lake
from ingestion.lake.hdfs import open_hdfs_lake
from stack.launcher.places import StackPlace
from stack.launcher.services import trino_rows

#: Tables that keep every date, whose rows have to be those of the other engine.
TABLES = (
    "int_order_lines_deduplicated",
    "int_stock_snapshots_deduplicated",
    "fct_net_demand",
    "fct_supplier_order_lines",
    "fct_supplier_orders",
    "fct_exceptions",
)
SECONDS_ALLOWED = 900


def on_stack(place: StackPlace) -> dict[str, str]:
    """Environment of the batch on the stack."""
    return {
        **place.client_environment(),
        "PROCUREMENT_STATE": str(place.home.parent),
    }


def environment(places: dict[str, str]) -> dict[str, str]:
    """The environment of this process without the places that a person works with."""
    others = ("PG", "PROCUREMENT_", "DBT_", "TRINO_", "WEBHDFS")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(others)}
    return {**kept, **places}


def call(
    places: dict[str, str],
    *arguments: str,
    exit_code: int = 0,
    seconds: int = SECONDS_ALLOWED,
    project: Path = PROJECT_DIR,
) -> CompletedProcess[str]:
    """Run Python in the project, or in a copy of it; it must end as expected."""
    done = run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment(places),
        capture_output=True,
        encoding="utf-8",
        timeout=seconds,
        check=False,
    )
    assert done.returncode == exit_code, done.stdout + done.stderr
    return done


def contents(lake: Lake, folder: str) -> dict[str, bytes]:
    """Every file below a folder, by path."""
    found = {}
    for path in _walk(lake, folder):
        with lake.reader(path) as stream:
            found[path] = stream.read()
    return found


def empty_lake(place: StackPlace) -> Lake:
    """The stack's lake without the files of another test; tables stay."""
    lake = open_hdfs_lake(place.lake, place.client_environment())
    for folder in lake.folders("."):
        if folder not in ("warehouse", "export"):
            lake.delete(folder)
    return lake


def empty_warehouse(place: StackPlace) -> None:
    """Drop every table of the models and seeds, as a person might."""
    found = trino_rows(
        place,
        "select table_name, table_type from iceberg.information_schema.tables "
        "where table_schema = 'procurement'",
    )
    for name, kind in found:
        drop = "drop view" if kind == "VIEW" else "drop table"
        trino_rows(place, f'{drop} iceberg.procurement."{name}"')


def assert_same_rows(place: StackPlace, embedded: Path, dates: Sequence[str]) -> None:
    """The dates' rows are the same in DuckDB's file below a lake, and in Trino."""
    of_dates = ", ".join(f"date '{day}'" for day in dates)
    with duckdb.connect(f"{embedded}/warehouse/warehouse.duckdb") as database:
        for table in TABLES:
            described = database.execute(f"describe procurement.{table}").fetchall()
            # Each engine has paths and numbers of keys of its own.
            own = ("file_path", "line_key")
            columns = [row[0] for row in described if row[0] not in own]
            rows = (
                f"select {', '.join(columns)} from {{}}.{table} "
                f"where business_date in ({of_dates})"
            )
            expected = database.execute(rows.format("procurement")).fetchall()
            found = trino_rows(place, rows.format("iceberg.procurement"))
            assert _in_order(found) == _in_order(expected), table


def _in_order(rows: list[Any]) -> list[tuple[Any, ...]]:
    return sorted(map(tuple, rows), key=repr)


def _walk(lake: Lake, folder: str) -> Iterator[str]:
    for file in lake.files(folder):
        yield file.path
    for name in lake.folders(folder):
        yield from _walk(lake, f"{folder}/{name}")
