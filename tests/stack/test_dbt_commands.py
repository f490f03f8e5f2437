"""The dbt commands as people use them on Trino, beside tests/python's on DuckDB."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from engines import call, empty_lake, empty_warehouse, environment, on_stack
from trino.dbapi import Cursor, connect

from changed_project import copied_project
from dbt_calls import (
    DAY,
    MODEL,
    NEXT,
    Dbt,
    assert_columns_are_appended,
    land_stock,
    vars_of,
    wrong_types,
)
from ingestion.lake import Lake
from small_retailer import MASTER
from stack.launcher.places import HOST, StackPlace
from stack.launcher.services import trino_rows


@pytest.fixture(scope="module")
def lake(stack: StackPlace, workdir: Path) -> Lake:
    """Stock of two dates, master data, and an empty warehouse."""
    empty_warehouse(stack)
    lake = empty_lake(stack)
    land_stock(lake, DAY, NEXT)
    folder = workdir / "dbt-master"
    folder.mkdir()
    for name, text in MASTER.items():
        (folder / f"{name}.csv").write_text(text)
    call(
        on_stack(stack), "-m", "ingestion", "master", "load", "--prune",
        "--from", str(folder),
    )  # fmt: skip
    return lake


@pytest.fixture(scope="module")
def dbt(stack: StackPlace, lake: Lake, workdir: Path) -> Dbt:
    """Everything built for one date; these tests run in their order."""
    dbt = Dbt(environment(on_stack(stack)), workdir / "dbt", "trino")
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    dbt("build", *kinds, *vars_of(DAY))
    return dbt


def test_a_build_of_another_date_where_tables_exist(dbt: Dbt) -> None:
    # Nothing of the lake is on that date, and no warehouse has to have delivered.
    dbt("build", "--vars", "{run_date: 2026-01-09, allow_missing_warehouses: true}")

    assert set(dbt.statuses("unit_test.").values()) == {"pass"}
    assert len(dbt.statuses("test.")) >= 18


def test_tests_look_at_their_own_date(dbt: Dbt) -> None:
    # Of the rows landed by hand no load history tells.
    claim = "assert_staged_rows_are_the_accepted_rows"
    dbt("test", "-s", claim, *vars_of(DAY), exit_code=1)

    assert set(dbt.statuses("test.").values()) == {"fail"}


def test_columns_are_appended_and_no_date_is_lost(
    dbt: Dbt, stack: StackPlace, tmp_path: Path
) -> None:
    def fetch(select: str) -> Sequence[Sequence[Any]]:
        return trino_rows(stack, select)

    table = f"iceberg.procurement.{MODEL}"
    try:
        assert_columns_are_appended(
            dbt, copied_project(tmp_path / "copy"), fetch, table
        )
    finally:
        trino_rows(stack, f"alter table {table} drop column if exists origin")


def test_docs_show_the_columns_of_tables(dbt: Dbt) -> None:
    dbt("docs", "generate")

    catalog = dbt.artifact("catalog.json")
    assert f"model.procurement.{MODEL}" in catalog["nodes"]
    assert "source.procurement.pos.orders_csv" in catalog["sources"]


def test_every_column_has_the_type_that_its_yaml_declares(
    dbt: Dbt, cursor: Cursor
) -> None:
    """After docs, which have compiled every model."""

    def types_of(select: str) -> Sequence[tuple[str, str]]:
        cursor.execute(f"select * from ({select}) where false")
        return [(column[0], plain(column[1])) for column in cursor.description]

    def type_names(types: Sequence[str]) -> Sequence[str]:
        casts = ", ".join(f"typeof(cast(null as {each}))" for each in types)
        [names] = cursor.execute(f"select {casts}").fetchall()
        return [plain(name) for name in names]

    assert wrong_types(dbt, type_names, types_of) == []


def plain(type_name: str) -> str:
    """A type without quotes around the fields of a row, blanks, and text's length.

    Trino gives a literal the length that it has, in models that are no tables.
    """
    unquoted = type_name.replace('"', "").replace(" ", "")
    return re.sub(r"varchar\(\d+\)", "varchar", unquoted)


@pytest.fixture
def cursor(stack: StackPlace) -> Iterator[Cursor]:
    with connect(host=HOST, port=stack.ports.trino, user="procurement") as connection:
        yield connection.cursor()


def test_source_freshness_says_how_old_the_newest_file_is(dbt: Dbt, lake: Lake) -> None:
    stale = dbt("source", "freshness", exit_code=1)
    assert "ERROR STALE freshness of ingestion.load_history" in stale.stdout

    received = datetime.now(timezone.utc).isoformat()
    with lake.writer("manifests/ingestion/2026-01-07/a.json") as stream:
        stream.write(f'{{"received_at": "{received}"}}\n'.encode())
    fresh = dbt("source", "freshness")
    lake.delete("manifests/ingestion/2026-01-07")
    assert "PASS freshness of ingestion.load_history" in fresh.stdout
