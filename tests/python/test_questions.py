"""A question is not an event: it changes nothing that a buyer or an analysis reads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from postgres_states import state_folder
from small_retailer import DAYS, MASTER, Retailer

DAY, NEXT, LOST = DAYS
MARTS = "procurement"
#: Kept as a file per date.
LINES = "stg_pos__order_lines"
WHAT_IF = ("--vars", "{net_open_orders: true, allow_missing_warehouses: true}")
#: What is asked, and the exit code of the answer.
QUESTIONS = {
    "identical": (("--replay", "--date", DAY), 0),
    "what if": (("--replay", "--date", NEXT, *WHAT_IF), 6),
    "replay of what was refused": (("--replay", "--date", LOST, *WHAT_IF), 4),
    "replay of tonight": (("--replay",), 3),
    "guess": (("--date", "2099-01-01"), 3),
    "again": (("--date", DAY), 0),
}


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def asked(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Retailer:
    """Two published dates, and one that a data test refuses."""
    retailer = Retailer(tmp_path_factory.mktemp("asked"), state)
    retailer.load()
    for day, nuts in zip(DAYS, ("13", "14", "15"), strict=True):
        retailer.drop_evening(day, nuts)
    retailer.summaries("--from", DAY, "--to", NEXT)
    lake = retailer.work / "lake"
    retailer.summaries("--date", LOST)
    # Its output is lost, and a row came into raw past the gate: a data test fails.
    shutil.rmtree(lake / "output/supplier_orders" / LOST)
    for report in (lake / "output/exceptions").glob(f"{LOST}.*"):
        report.unlink()
    add_row_past_the_gate(retailer, LOST)
    return retailer


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_changes_nothing_that_is_read(
    asked: Retailer, tmp_path: Path, question: str
) -> None:
    options, exit_code = QUESTIONS[question]
    before = places(asked)
    told = tmp_path / "told"

    done = asked.batch(*options, "--json", ALERT_COMMAND=f"touch {told}")

    assert done.returncode == exit_code, done.stderr
    assert places(asked) == before
    assert not told.exists()
    summary = json.loads(done.stdout)["dates"][0]
    assert (summary["places"]["report"] is None) == (question != "again")
    assert "Traceback" not in done.stderr
    run = Path(summary["places"]["log"]).parent
    assert json.loads((run / "summary.json").read_text())["exit_code"] == exit_code


def test_the_lines_of_a_what_if_are_to_be_looked_at(asked: Retailer) -> None:
    asked.batch("--replay", "--date", NEXT, *WHAT_IF)

    assert on_order(asked, MARTS) == [0]
    assert on_order(asked, f"{MARTS}_trial") != [0]


def test_a_date_that_the_tables_lack_is_filled_by_an_identical_replay(
    asked: Retailer,
) -> None:
    before = places(asked)
    files = asked.work / f"lake/warehouse/{MARTS}.{LINES}/business_date={DAY}"
    (files / "rows.parquet").unlink()
    with duckdb.connect(warehouse(asked)) as database:
        for table in before.keys() - {"reports", "output", LINES}:
            database.execute(
                f"delete from {MARTS}.{table} where business_date = '{DAY}'"
            )

    done = asked.batch("--replay", "--date", DAY)

    assert done.returncode == 0, done.stderr
    assert places(asked) == before


def test_an_identical_replay_fills_an_empty_warehouse(
    asked: Retailer, tmp_path: Path
) -> None:
    other = Retailer(tmp_path, asked.state)
    for folder in ("raw", "manifests", "master", "output"):
        shutil.copytree(asked.work / "lake" / folder, tmp_path / "lake" / folder)

    done = other.batch("--replay", "--from", DAY, "--to", NEXT)

    assert done.returncode == 0, done.stderr
    assert counts(other, DAY, NEXT) == counts(asked, DAY, NEXT)


def test_a_version_that_is_refused_leaves_the_tables_as_they_were(
    asked: Retailer,
) -> None:
    before = places(asked)
    add_row_past_the_gate(asked, NEXT)
    asked.load(products=MASTER["products"].replace("Nut", "Bolt"))

    done = asked.batch("--date", NEXT, "--refresh-master")

    assert done.returncode == 4, done.stderr
    after = places(asked)
    assert after.pop("reports") != before.pop("reports")
    assert after == before


def add_row_past_the_gate(retailer: Retailer, day: str) -> None:
    """Have a data test fail: there are more rows than were accepted."""
    landed = next((retailer.work / "lake/raw/orders" / day / "csv").iterdir())
    landed.write_text(landed.read_text() + landed.read_text().splitlines()[-1] + "\n")


def places(retailer: Retailer) -> dict[str, Any]:
    """Everything that a buyer or an analysis reads, byte for byte."""
    reports = retailer.work / "lake/reports"
    pages = {
        path.relative_to(reports).as_posix(): (path.read_bytes(), path.stat().st_mtime)
        for path in sorted(reports.rglob("*"))
        if path.is_file()
    }
    return {"reports": pages, "output": retailer.files("output"), **rows(retailer)}


def rows(retailer: Retailer, schema: str = MARTS) -> dict[str, list[Any]]:
    """Rows of every table that keeps dates, also of what is kept as files."""
    with duckdb.connect(warehouse(retailer), read_only=True) as database:
        names = database.execute(
            "select distinct table_name from information_schema.columns "
            f"where table_schema = '{schema}' and column_name = 'business_date'"
        ).fetchall()
        return {
            name: sorted(
                database.execute(f"select * from {schema}.{name}").fetchall(), key=repr
            )
            for (name,) in names
        }


def counts(retailer: Retailer, *days: str) -> dict[str, int]:
    """Number of rows of every table, those of some dates."""
    of_days = ", ".join(f"date '{day}'" for day in days)
    tables = list(rows(retailer))
    with duckdb.connect(warehouse(retailer), read_only=True) as database:
        return {
            name: len(
                database.execute(
                    f"select 1 from {MARTS}.{name} where business_date in ({of_days})"
                ).fetchall()
            )
            for name in tables
        }


def on_order(retailer: Retailer, schema: str) -> list[Any]:
    with duckdb.connect(warehouse(retailer), read_only=True) as database:
        found = database.execute(
            f"select distinct on_order from {schema}.fct_net_demand "
            f"where business_date = '{NEXT}' order by on_order"
        ).fetchall()
    return [value for (value,) in found]


def warehouse(retailer: Retailer) -> str:
    return f"{retailer.work}/lake/warehouse/warehouse.duckdb"
