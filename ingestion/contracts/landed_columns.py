"""What a contract's columns become once they are landed: columns of raw tables.

Landed CSV is read by position. A contract may grow at its end, and files that were
landed before read null there; anything else would misread them. What it has been
stands in the lake, ``manifests/landed_columns/<feed>_<format>.json``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from ingestion.config import PROJECT_DIR
from ingestion.contracts import FOLDER, LINES, Contract, load_contracts
from ingestion.errors import UsageError
from ingestion.lake import Lake, read_file, write_file
from ingestion.locking.files import columns_lock

RECORDS = "manifests/landed_columns"
#: One file per system that lands something.
SOURCES = "models/staging/*/_*__sources.yml"
#: Columns of every raw table that stand in no file.
_OF_THE_PLACE = ("file_path", "business_date")


def check_landed_columns(
    lake: Lake, state: Path, contracts: Path = FOLDER, project: Path = PROJECT_DIR
) -> None:
    """Hold every contract against its raw table, and against what the lake holds.

    Called before anything is landed or planned; remembers the columns in the lake.

    Raises:
        UsageError: a column that no table has, or one that earlier files have in
            another place; the message says where it has to be put.
    """
    tables = _tables(project)
    with columns_lock(state, lake.root):
        for contract in load_contracts(contracts).values():
            name = f"{contract.feed}_{contract.format}"
            columns = list(_columns(contract))
            _check_table(name, columns, *tables[name])
            if contract.format == "csv":
                _check_record(lake, name, columns)


def _columns(contract: Contract) -> Iterator[str]:
    """Names as the table has them: those within a line as ``lines.sku_id``."""
    for column in contract.columns:
        yield f"{LINES}.{column.name}" if column.part == "line" else column.name


def _tables(project: Path) -> dict[str, tuple[str, list[str]]]:
    """Where each raw table is declared, and the columns of its files, in order."""
    return {
        table["name"]: (
            path.relative_to(project).as_posix(),
            [
                name
                for column in table["columns"]
                if column["name"] not in _OF_THE_PLACE
                for name in _names(column)
            ],
        )
        for path in sorted(project.glob(SOURCES))
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        if source["schema"] == "raw"
        for table in source["tables"]
    }


def _names(column: dict[str, str]) -> list[str]:
    """A column's name, or those of the fields of an array of rows."""
    if column["name"] != LINES:
        return [column["name"]]
    fields = re.findall(r"(\w+) varchar", column["data_type"])
    return [f"{LINES}.{field}" for field in dict.fromkeys(fields)]


def _check_table(
    name: str, columns: list[str], declared_in: str, of_table: list[str]
) -> None:
    lost = [column for column in columns if column not in of_table]
    if lost:
        raise UsageError(
            f"The contract {name}.yml has {_named(lost)}, which the table raw.{name} "
            "lacks: what is landed there would be read by nothing. Add it to "
            f"{name} in {declared_in}, in the contract's order and before file_path, "
            "and to the staging model that is to read it."
        )
    if columns != of_table:
        raise UsageError(
            f"The contract {name}.yml has the columns {', '.join(columns)}, the table "
            f"raw.{name} in {declared_in} {', '.join(of_table)}. They have to be the "
            "same, in the same order: give both the same columns, new ones at the end."
        )


def _check_record(lake: Lake, name: str, columns: list[str]) -> None:
    path = f"{RECORDS}/{name}.json"
    landed: list[str] = []
    if lake.exists(path):
        landed = json.loads(read_file(lake, path))
    if columns[: len(landed)] != landed:
        raise UsageError(
            f"The contract {name}.yml no longer begins with the columns that files of "
            f"this lake were landed with, {', '.join(landed)}: they are read by "
            "position and would be misread. Put these back in this order, those that "
            "are no longer sent with required: false, and new ones at the end."
        )
    if columns != landed:
        write_file(lake, path, json.dumps(columns).encode("ascii") + b"\n")


def _named(columns: list[str]) -> str:
    return f"the column{'s' if len(columns) > 1 else ''} {', '.join(columns)}"
