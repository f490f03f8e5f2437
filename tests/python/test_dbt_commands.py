"""The dbt commands as people use them: nothing started before, an empty lake."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import duckdb
import pytest

from changed_project import copied_project
from dbt_calls import (
    DAY,
    MODEL,
    Dbt,
    assert_columns_are_appended,
    assert_tests_look_at_their_own_date,
    land_stock,
    vars_of,
    wrong_types,
)
from ingestion.lake import LocalLake
from pipeline_runner import PROJECT, environment
from postgres_states import state_folder

COMPILE_EACH = """
import atexit, json, os, sys
from dbt.cli.main import dbtRunner
target, *variables = sys.argv[1:]
options = ["--target-path", target, "--log-level", "none", "--quiet"]
manifest = dbtRunner().invoke(["parse", *options]).result
runs = [
    dbtRunner(manifest).invoke(["compile", "--vars", text, *options])
    for text in variables
]
print()
print(json.dumps([str(run.exception) for run in runs]), flush=True)
# dbt leaves its other thread at work in DuckDB, where an ending Python aborts it.
atexit._run_exitfuncs()
os._exit(0)
"""


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dbt]:
    """Built as a person would, on an empty lake and an empty warehouse."""
    with state_folder() as state:
        folder = tmp_path_factory.mktemp("dbt")
        places = {**environment(state), "PROCUREMENT_LAKE": str(folder / "lake")}
        dbt = Dbt(places, folder)
        dbt("build", *vars_of("2025-12-31"))
        yield dbt


def database_of(dbt: Dbt) -> duckdb.DuckDBPyConnection:
    """The warehouse, which no dbt has open."""
    return duckdb.connect(str(dbt.folder / "lake/warehouse/warehouse.duckdb"))


def messages(dbt: Dbt, variables: Sequence[str]) -> list[str]:
    """What compiling says with each of these --vars, parsed once for all."""
    done = subprocess.run(
        [
            *(sys.executable, "-c", COMPILE_EACH),
            *(str(dbt.folder / "target"), *variables),
        ],
        cwd=PROJECT,
        env=dict(dbt.environment),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    messages: list[str] = json.loads(done.stdout.splitlines()[-1])
    return messages


def test_a_build_runs_every_unit_test_of_the_rules(dbt: Dbt) -> None:
    unit_tests = dbt.statuses("unit_test.")

    assert set(unit_tests.values()) == {"pass"}
    assert len(unit_tests) >= 80, "unit tests were selected away"


def test_unit_tests_alone_need_no_table(dbt: Dbt, tmp_path: Path) -> None:
    places = {**dbt.environment, "PROCUREMENT_LAKE": str(tmp_path / "lake")}
    empty = replace(dbt, environment=places, folder=tmp_path)

    empty("test", "-s", "test_type:unit,int_order_lines_deduplicated")

    assert len(empty.statuses("unit_test.")) >= 3
    with database_of(empty) as database:
        made = database.execute(
            "select count(*) from information_schema.tables "
            "where table_schema <> 'raw' and table_catalog = 'warehouse'"
        ).fetchone()
    assert made == (0,)


def test_a_run_where_no_seed_was_loaded_says_so_in_one_line(
    dbt: Dbt, tmp_path: Path
) -> None:
    places = {**dbt.environment, "PROCUREMENT_LAKE": str(tmp_path / "lake")}
    empty = replace(dbt, environment=places, folder=tmp_path)

    refused = empty("run", *vars_of(DAY), exit_code=2).stdout

    assert "exception_codes is not loaded, which fct_exceptions reads" in refused
    empty("seed")
    empty("run", "--select", "+fct_net_demand", *vars_of(DAY))


def test_tests_of_what_is_built_need_no_date(dbt: Dbt) -> None:
    dbt("test", "--exclude-resource-types", "unit_test")

    assert len(dbt.statuses("test.")) >= 18


def test_every_column_has_the_type_that_its_yaml_declares(dbt: Dbt) -> None:
    dbt("compile", *vars_of(DAY))

    with database_of(dbt) as database:

        def type_names(types: Sequence[str]) -> Sequence[str]:
            casts = ", ".join(f"typeof(cast(null as {each}))" for each in types)
            [names] = database.execute(f"select {casts}").fetchall()
            return names

        def types_of(select: str) -> Sequence[tuple[str, str]]:
            described = database.execute(f"describe {select}").fetchall()
            return [(row[0], row[1]) for row in described]

        assert wrong_types(dbt, type_names, types_of) == []


def test_build_alone_leaves_its_export_and_no_relation_of_it(dbt: Dbt) -> None:
    day = "2026-01-31"
    built = dbt("build", "--selector", "nightly", "--vars", f"{{run_date: {day}}}")

    assert built.returncode == 0, built.stdout
    folder = dbt.folder / f"lake/export/results/business_date={day}"
    lines = [
        json.loads(line)
        for path in folder.glob("*/*")
        for line in path.read_text().splitlines()
    ]
    assert lines
    build = dbt.artifact("run_results.json")["metadata"]["invocation_id"]
    assert {(line["build"], line["business_date"]) for line in lines} == {(build, day)}
    with duckdb.connect(
        str(dbt.folder / "lake/warehouse/warehouse.duckdb")
    ) as database:
        names = database.execute("select table_name from information_schema.tables")
        assert not [name for (name,) in names.fetchall() if name.startswith("exp_")]


def test_what_other_runs_change_is_read_once_in_a_build(dbt: Dbt) -> None:
    """Else some models would know of a date that others do not look back at."""
    readers = dbt.artifact("manifest.json")["child_map"]

    assert readers["source.procurement.publication.published_dates"] == [
        "model.procurement.base_publication__dates"
    ]


def test_dbt_reads_the_capture_of_a_date_and_else_postgresql(dbt: Dbt) -> None:
    folder = dbt.folder / "lake/master/2026-01-05"
    folder.mkdir(parents=True)
    for name in ("products", "suppliers", "product_suppliers", "replenishment_rules"):
        (folder / f"{name}.jsonl").touch()
    (folder / "stores.jsonl").write_text(
        '{"store_id":"007","name":null,"region":"N"}\n'
    )
    # Beyond what a double holds, and what no decimal holds.
    (folder / "warehouses.jsonl").write_text(
        '{"warehouse_id":"W1","name":"a","region":null,"capacity":"123456789012345.678"}\n'
        '{"warehouse_id":"W2","name":"b","region":null,"capacity":"NaN"}\n'
    )

    dbt("run", "-s", "staging.master", *vars_of("2026-01-05"))
    select = " union all ".join(
        f"select {key} as id, {value} as value from {{{{ ref('stg_master__{name}') }}}}"
        for name, key, value in (
            ("products", "sku_id", "name"),
            ("stores", "store_id", "region"),
            ("warehouses", "warehouse_id", "cast(capacity as varchar)"),
        )
    )
    found = {}
    for day in ("2026-01-05", "2026-01-06"):
        shown = dbt(
            "--quiet", "show", "--output", "json", *vars_of(day),
            "--inline", f"select * from ({select}) as found order by id",
        )  # fmt: skip
        rows = json.loads(shown.stdout)["show"]
        found[day] = [(row["id"], row["value"]) for row in rows]

    assert found["2026-01-05"] == [
        ("007", "N"),
        ("W1", "123456789012345.678"),
        ("W2", None),
    ]
    # PostgreSQL has no master data here, and the capture is of another date.
    assert found["2026-01-06"] == []


def test_docs_show_the_way_from_files_to_exported_orders(dbt: Dbt) -> None:
    dbt("docs", "generate")

    manifest = dbt.artifact("manifest.json")
    parents: dict[str, list[str]] = manifest["parent_map"]
    exposed = [
        name for name in manifest["exposures"] if "supplier_order" in name.lower()
    ]
    assert exposed
    seen: set[str] = set()
    ahead = list(exposed)
    while ahead:
        node = ahead.pop()
        if node not in seen:
            seen.add(node)
            ahead += parents[node]
    sources = {name.split(".")[-1] for name in seen if name.startswith("source.")}
    files = {"orders_json", "orders_csv", "stock_csv", "master_products"}
    assert files | {"products"} <= sources
    assert "fct_supplier_orders" in json.dumps(
        list(dbt.artifact("catalog.json")["nodes"])
    )


def test_what_is_no_date_is_refused_before_it_reaches_sql(dbt: Dbt) -> None:
    wrong = [
        '"2026-01-01\' or 1=1 --"',
        "2026-1-1",
        "'2026-02-30'",
        "20260101",
        "'2026-01-01 '",
        '"2026-01-01\\n"',
        "tomorrow",
        "'1899-12-31'",
        "[2026-01-01]",
        "2026-01-01 10:00:00",
    ]

    found = messages(dbt, [f"run_date: {text}" for text in wrong])

    said = {
        text: "is not a business date" in m
        for text, m in zip(wrong, found, strict=True)
    }
    assert all(said.values()), said


def test_a_rule_variable_of_the_wrong_form_is_refused(dbt: Dbt) -> None:
    wrong = {
        "spike_sigma": "'3) or (1=1'",
        "spike_window_days": "-1",
        "net_open_orders": "'yes'",
    }

    found = messages(dbt, [f"{name}: {value}" for name, value in wrong.items()])

    for name, message in zip(wrong, found, strict=True):
        assert f"The variable {name} is" in message


def test_a_build_without_a_date_says_how_to_give_one(dbt: Dbt) -> None:
    done = dbt("build", "--selector", "nightly", exit_code=2)

    assert "dbt build --vars '{run_date: 2026-01-01}'" in done.stdout


def test_source_freshness_says_how_old_the_newest_file_is(dbt: Dbt) -> None:
    stale = dbt("source", "freshness", exit_code=1)
    assert "ERROR STALE freshness of ingestion.load_history" in stale.stdout

    received = datetime.now(timezone.utc).isoformat()
    folder = dbt.folder / "lake/manifests/ingestion/2026-01-07"
    folder.mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps({"received_at": received}) + "\n")
    try:
        fresh = dbt("source", "freshness")
    finally:
        shutil.rmtree(folder)
    assert "PASS freshness of ingestion.load_history" in fresh.stdout


def test_tests_of_a_date_look_at_that_date_whichever_was_built_last(dbt: Dbt) -> None:
    land_stock(LocalLake(dbt.folder / "lake"), DAY)

    assert_tests_look_at_their_own_date(dbt)


def test_columns_are_appended_and_no_date_is_lost(dbt: Dbt, tmp_path: Path) -> None:
    land_stock(LocalLake(dbt.folder / "lake"), DAY, "2026-01-02")
    dbt("run", *vars_of(DAY))

    def fetch(select: str) -> Sequence[Sequence[str]]:
        with database_of(dbt) as database:
            return database.execute(select).fetchall()

    assert_columns_are_appended(
        dbt, copied_project(tmp_path / "copy"), fetch, f"procurement.{MODEL}"
    )
