"""Contracts that change: earlier files are read as before, or it is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from changed_project import (
    IN_CONTRACT,
    IN_TABLE,
    OF_ORDERS,
    add_to_order_contract,
    add_to_order_table,
    change,
    copied_project,
)
from ingestion.contracts import FOLDER, load_contracts
from ingestion.contracts.landed_columns import check_landed_columns
from ingestion.errors import UsageError
from ingestion.lake import LocalLake
from pipeline_runner import PROJECT, call_in
from postgres_states import state_folder
from small_retailer import DAYS, HEADER, Retailer

DAY, NEXT, _ = DAYS
#: Where the columns of raw.stock_csv are declared.
OF_STOCK = "models/staging/warehouse/_warehouse__sources.yml"


@dataclass(frozen=True)
class Drafts:
    """Contracts and raw tables to change, and a lake that was filled before."""

    lake: LocalLake
    contracts: Path
    project: Path

    def check(self) -> None:
        load_contracts.cache_clear()
        state = self.project / "state"
        check_landed_columns(self.lake, state, self.contracts, self.project)

    def grow(self, name: str, *, contract: bool = True, table: bool = True) -> None:
        """Add a column to the end of stock_csv."""
        if contract:
            change(
                self.contracts / "stock_csv.yml",
                "rules:\n",
                IN_CONTRACT.format(name) + "rules:\n",
            )
        if table:
            self._in_table("            description: Sales units not to fall below. "
                           "Null or empty when absent.\n", name)  # fmt: skip

    def insert(self, name: str) -> None:
        """Add a column to the middle of stock_csv."""
        before = "  - name: snapshot_at\n"
        change(
            self.contracts / "stock_csv.yml", before, IN_CONTRACT.format(name) + before
        )
        change(
            self.project / OF_STOCK,
            "          - name: snapshot_at\n",
            IN_TABLE.format(name) + "          - name: snapshot_at\n",
        )

    def drop_last(self) -> None:
        """Remove the last column of stock_csv."""
        for file, indent in (
            (self.contracts / "stock_csv.yml", "  "),
            (self.project / OF_STOCK, "          "),
        ):
            lines = file.read_text("utf-8").splitlines(keepends=True)
            wanted = f"{indent}- name: safety_stock\n"
            start = lines.index(wanted, lines.index(f"{indent}- name: reserved\n"))
            end = start + 1
            while lines[end].startswith(f"{indent}  "):
                end += 1
            file.write_text("".join(lines[:start] + lines[end:]), "utf-8")

    def _in_table(self, after: str, name: str) -> None:
        change(self.project / OF_STOCK, after, after + IN_TABLE.format(name))


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    contracts = shutil.copytree(FOLDER, tmp_path / "contracts")
    for declared_in in (OF_STOCK, OF_ORDERS):
        (tmp_path / declared_in).parent.mkdir(parents=True)
        shutil.copy(PROJECT / declared_in, tmp_path / declared_in)
    drafts = Drafts(LocalLake(tmp_path / "lake"), contracts, tmp_path)
    drafts.check()
    return drafts


def test_columns_at_the_end_are_taken_and_kept_in_mind(drafts: Drafts) -> None:
    drafts.grow("bin_id")
    drafts.check()

    [record] = [
        path
        for path in (drafts.project / "lake").rglob("*.json")
        if path.name == "stock_csv.json"
    ]
    assert json.loads(record.read_bytes())[-2:] == ["safety_stock", "bin_id"]


def test_runs_that_start_at_once_do_not_fail_each_other(tmp_path: Path) -> None:
    with ProcessPoolExecutor(8) as pool:
        for lake in range(20):
            begun = [
                pool.submit(
                    check_landed_columns,
                    LocalLake(tmp_path / str(lake)),
                    tmp_path / "state",
                )
                for _ in range(8)
            ]
            for each in begun:
                each.result()


def test_a_column_of_the_contract_alone_is_refused_by_name(drafts: Drafts) -> None:
    drafts.grow("bin_id", table=False)

    with pytest.raises(UsageError, match=rf"bin_id.*raw\.stock_csv.*{OF_STOCK}"):
        drafts.check()


def test_a_key_of_order_lines_in_the_contract_alone_is_refused_by_name(
    drafts: Drafts,
) -> None:
    contract = drafts.contracts / "orders_json.yml"
    column = IN_CONTRACT.format("discount").replace(
        "    type", "    part: line\n    type"
    )
    contract.write_text(contract.read_text("utf-8") + column, "utf-8")

    with pytest.raises(UsageError, match=r"lines\.discount.*raw\.orders_json"):
        drafts.check()


def test_a_column_of_the_table_alone_is_refused(drafts: Drafts) -> None:
    drafts.grow("bin_id", contract=False)

    with pytest.raises(UsageError, match="bin_id"):
        drafts.check()


def test_what_would_misread_earlier_files_is_refused(drafts: Drafts) -> None:
    drafts.insert("bin_id")
    with pytest.raises(UsageError, match=r"misread.*new ones at the end"):
        drafts.check()


def test_a_column_that_is_gone_is_refused_also_the_last_one(drafts: Drafts) -> None:
    drafts.drop_last()
    with pytest.raises(UsageError, match=r"safety_stock.*required: false"):
        drafts.check()


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


def test_earlier_days_read_null_and_replay_to_the_same_bytes(
    state: Path, tmp_path: Path
) -> None:
    retailer = Retailer(tmp_path, state)
    retailer.load()
    retailer.drop_evening(DAY)
    retailer.summaries("--date", DAY)
    project = copied_project(tmp_path / "project")
    add_to_order_contract(project, "channel")
    batch = ("run_batch.py", *retailer.places(), "--from", DAY, "--to", NEXT)

    refused = call_in(project, state, *batch)
    assert refused.returncode == 2, refused.stderr
    assert "channel" in refused.stderr

    add_to_order_table(project, "channel")
    retailer.drop_evening(NEXT)
    header = HEADER.replace("\n", ",channel\n")
    retailer.drop("orders", NEXT, "web.csv", f"{header}9,S1,{NEXT}T12:00,1,A,2,web\n")
    published = call_in(project, state, *batch)
    assert published.returncode == 0, published.stderr
    replayed = call_in(project, state, *batch, "--replay")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr

    warehouse = tmp_path / "lake/warehouse/warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as database:
        rows = database.execute(
            "select distinct cast(business_date as varchar), channel "
            "from raw.orders_csv order by all"
        ).fetchall()
    assert rows == [(DAY, None), (NEXT, "web"), (NEXT, None)]
