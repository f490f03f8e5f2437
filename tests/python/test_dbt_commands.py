"""The dbt commands as people use them: nothing started before, an empty lake."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline_runner import call
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


@dataclass(frozen=True)
class Dbt:
    """One dbt project on a state and a lake of its own."""

    state: Path
    folder: Path

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one dbt command."""
        return call(
            self.state,
            *("-m", "dbt.cli.main", "--no-use-colors", *arguments),
            *("--target-path", str(self.folder / "target")),
            *("--log-path", str(self.folder / "logs")),
            PROCUREMENT_LAKE=str(self.folder / "lake"),
        )

    def messages(self, variables: Sequence[str]) -> list[str]:
        """What compiling says with each of these --vars, parsed once for all."""
        done = call(
            self.state,
            *("-c", COMPILE_EACH, str(self.folder / "target"), *variables),
            PROCUREMENT_LAKE=str(self.folder / "lake"),
        )
        assert done.returncode == 0, done.stderr
        messages: list[str] = json.loads(done.stdout.splitlines()[-1])
        return messages

    def rows(self, model: str) -> list[tuple[Any, ...]]:
        """Rows of a model by its first column."""
        warehouse = self.folder / "lake/warehouse/warehouse.duckdb"
        with duckdb.connect(str(warehouse)) as database:
            select = f"select * from procurement.{model} order by 1"
            return database.execute(select).fetchall()

    def artifact(self, name: str) -> dict[str, Any]:
        """Read what the last command left behind."""
        content = (self.folder / "target" / name).read_text("utf-8")
        artifact: dict[str, Any] = json.loads(content)
        return artifact


@pytest.fixture(scope="module")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dbt]:
    """Every model built once on an empty lake."""
    with state_folder() as state:
        dbt = Dbt(state, tmp_path_factory.mktemp("dbt"))
        built = dbt(
            "build", "--selector", "nightly", "--vars", "{run_date: 2026-01-01}"
        )
        assert built.returncode == 0, built.stdout
        yield dbt


def test_every_unit_test_of_the_rules_passes(dbt: Dbt) -> None:
    done = dbt("test", "--selector", "unit")

    results = dbt.artifact("run_results.json")["results"]
    unit_tests = [r for r in results if r["unique_id"].startswith("unit_test.")]
    failed = {r["unique_id"] for r in unit_tests if r["status"] != "pass"}
    assert not failed, done.stdout
    assert len(unit_tests) >= 80, "unit tests were selected away"
    assert done.returncode == 0


def test_tests_of_what_is_built_need_no_date(dbt: Dbt) -> None:
    done = dbt("test", "--exclude-resource-types", "unit_test")

    assert done.returncode == 0, done.stdout
    assert len(dbt.artifact("run_results.json")["results"]) >= 30


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

    assert readers["source.procurement.raw.published_dates"] == [
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

    rows = {}
    for day in ("2026-01-05", "2026-01-06"):
        built = dbt("run", "-s", "staging.master", "--vars", f"{{run_date: {day}}}")
        assert built.returncode == 0, built.stdout
        with duckdb.connect(f"{dbt.folder}/lake/warehouse/warehouse.duckdb") as base:
            rows[day] = [
                base.execute(
                    f"from procurement.stg_master__{name} order by 1"
                ).fetchall()
                for name in ("products", "stores", "warehouses")
            ]

    assert rows["2026-01-05"] == [
        [],
        [("007", None, "N")],
        [
            ("W1", "a", None, Decimal("123456789012345.678")),
            ("W2", "b", None, None),
        ],
    ]
    # PostgreSQL has no master data here, and the capture is of another date.
    assert rows["2026-01-06"] == [[], [], []]


def test_docs_show_the_way_from_files_to_exported_orders(dbt: Dbt) -> None:
    done = dbt("docs", "generate")

    assert done.returncode == 0, done.stdout
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

    messages = dbt.messages([f"run_date: {text}" for text in wrong])

    said = {
        text: "is not a business date" in m
        for text, m in zip(wrong, messages, strict=True)
    }
    assert all(said.values()), said


def test_a_rule_variable_of_the_wrong_form_is_refused(dbt: Dbt) -> None:
    wrong = {
        "spike_sigma": "'3) or (1=1'",
        "spike_window_days": "-1",
        "net_open_orders": "'yes'",
    }

    messages = dbt.messages([f"{name}: {value}" for name, value in wrong.items()])

    for name, message in zip(wrong, messages, strict=True):
        assert f"The variable {name} is" in message


def test_a_build_without_a_date_says_how_to_give_one(dbt: Dbt) -> None:
    done = dbt("build", "--selector", "nightly")

    assert done.returncode != 0
    assert "dbt build --vars '{run_date: 2026-01-01}'" in done.stdout
