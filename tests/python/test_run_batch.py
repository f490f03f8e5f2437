"""run_batch.py as an operator meets it: real files, a real PostgreSQL, real dbt."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from ingestion.locking.files import date_lock
from ingestion.postgres import connect, connection_settings
from pipeline_runner import PROJECT, call, state_with_master_data
from postgres_states import state_folder

DAY = "2026-01-01"

ORDERS = """\
order_id,store_id,ordered_at,line_number,sku_id,quantity
1,S1,2026-01-01T10:00,1,A,13
2,S2,2026-01-01T11:00,1,B,2.5
"""
STOCK = """\
warehouse_id,sku_id,available,reserved
W1,A,10,4
W2,B,0,0
"""
MASTER = {
    "products": "sku_id,name,pack_size,unit,status\nA,Nut,12,EA,active\nB,Oil,0.5,L,\n",
    "suppliers": "supplier_id,name,lead_time_days,currency,min_order_value\n"
    "SUP-1,One,3,EUR,\nSUP-2,Two,1,EUR,1000\n",
    "product_suppliers": "sku_id,supplier_id,priority,unit_price\n"
    "A,SUP-1,1,1.2\nB,SUP-2,1,4\n",
    "replenishment_rules": "sku_id,moq,safety_stock\nA,50,6\nB,,\n",
    "stores": "store_id,name,region\nS1,One,N\nS2,Two,S\n",
    "warehouses": "warehouse_id,name,region,capacity\nW1,One,N,\nW2,Two,S,\n",
}


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    """One state for all: dbt parses once, and PostgreSQL holds the master data."""
    with state_with_master_data(MASTER) as state:
        yield state


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """An inbox with two stores and two warehouses, complete for one date."""
    drop(tmp_path, "orders", "tills.csv", ORDERS)
    drop(tmp_path, "stock", "stock.csv", STOCK)
    return tmp_path


def drop(work: Path, feed: str, name: str, text: str, day: str = DAY) -> None:
    folder = work / "inbox" / feed / day
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def run(
    state: Path, work: Path, *options: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    return call(
        state,
        "run_batch.py",
        *("--date", DAY, "--inbox", f"{work}/inbox", "--lake", f"{work}/lake"),
        *options,
        **variables,
    )


def output(work: Path) -> dict[str, bytes]:
    root = work / "lake" / "output"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def exceptions(work: Path) -> list[tuple[str, str, str | None]]:
    document = json.loads((work / f"lake/output/exceptions/{DAY}.json").read_text())
    return [
        (row["code"], row["severity"], row["store_id"] or row["warehouse_id"])
        for row in document["exceptions"]
    ]


def test_order_that_lands_as_more_than_16_mib_is_planned(
    state: Path, work: Path
) -> None:
    line = {"sku_id": "A", "quantity": 1}
    order = {"order_id": "3", "store_id": "S1", "ordered_at": f"{DAY}T12:00"}
    drop(work, "orders", "large.json", json.dumps({**order, "lines": [line] * 300_000}))

    done = run(state, work)

    assert done.returncode == 0, done.stderr
    [landed] = (work / f"lake/raw/orders/{DAY}/json").glob("large-*")
    assert landed.stat().st_size > 2**24  # DuckDB's own limit
    orders = work / f"lake/output/supplier_orders/{DAY}"
    [line] = json.loads((orders / "SUP-1.json").read_text())["lines"]
    assert line["explanation"]["demand"] == 13 + 300_000


def test_files_become_orders_and_a_second_run_changes_no_byte(
    state: Path, work: Path
) -> None:
    first = run(state, work, "--json")

    assert first.returncode == 0, first.stderr
    summary = json.loads(first.stdout)["dates"][0]
    assert summary["result"] == "published"
    assert (summary["orders"], summary["orders_held"]) == (2, 1)
    published = output(work)
    assert set(published) == {
        f"exceptions/{DAY}.csv",
        f"exceptions/{DAY}.json",
        f"supplier_orders/{DAY}/SUP-1.json",
        f"supplier_orders/{DAY}/SUP-2.json",
        f"supplier_orders/{DAY}/manifest.json",
    }
    line = json.loads(published[f"supplier_orders/{DAY}/SUP-1.json"])["lines"][0]
    assert (line["ordered_quantity"], line["explanation"]["net_demand"]) == (60, 13)

    second = run(state, work)

    assert second.returncode == 0
    assert second.stdout.startswith(f"Business date {DAY}\n")
    assert "published before" in second.stdout
    assert output(work) == published


def test_what_comes_after_publication_is_not_landed(state: Path, work: Path) -> None:
    assert run(state, work).returncode == 0
    raw = sorted((work / "lake/raw").rglob("*.csv"))
    drop(work, "orders", "late.csv", ORDERS.replace("13", "99"))

    landed = call(
        state, "-m", "ingestion", "land", "--date", DAY,
        *("--inbox", f"{work}/inbox", "--lake", f"{work}/lake"),
    )  # fmt: skip

    assert landed.returncode == 0
    assert "published already" in landed.stdout
    assert sorted((work / "lake/raw").rglob("*.csv")) == raw


def test_the_same_evening_gives_the_same_bytes_under_other_names_and_clocks(
    state: Path, work: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    header, first, second = ORDERS.splitlines(keepends=True)
    drop(other, "orders", "z.csv", header + second)
    drop(other, "orders", "a.csv", header + first)
    drop(other, "orders", "twice.csv", header + first)
    drop(other, "stock", "s.csv", STOCK)
    drop(work, "orders", "tills.csv", header + first)
    drop(work, "orders", "more.csv", header + second)

    here = run(state, work)
    there = run(
        state, other, TZ="Pacific/Auckland", LC_ALL="C", PYTHONHASHSEED="7",
        PROCUREMENT_THREADS="1",
    )  # fmt: skip

    assert (here.returncode, there.returncode) == (0, 0), here.stderr + there.stderr
    assert output(work) == output(other)


def test_a_file_corrected_before_publication_takes_the_place_of_the_former(
    state: Path, work: Path
) -> None:
    drop(work, "stock", "stock.csv", "warehouse_id,sku_id,available\nW1,A,0\n")
    assert run(state, work).returncode == 3
    drop(work, "stock", "stock.csv", STOCK)

    assert run(state, work).returncode == 0

    order = json.loads(
        (work / f"lake/output/supplier_orders/{DAY}/SUP-1.json").read_text()
    )
    assert order["lines"][0]["explanation"]["available"] == 10
    assert list((work / f"lake/held_back/stock/{DAY}/superseded").iterdir())


def test_a_missing_warehouse_refuses_and_can_be_allowed(
    state: Path, work: Path
) -> None:
    drop(work, "stock", "stock.csv", STOCK.replace("W2", "W3"))

    refused = run(state, work)

    assert refused.returncode == 3
    assert "W2" in refused.stderr
    assert output(work) == {}

    allowed = run(state, work, "--vars", "{allow_missing_warehouses: true}")

    assert allowed.returncode == 0, allowed.stderr
    assert ("missing_feed", "error", "W2") in exceptions(work)
    assert ("unknown_warehouse", "warning", "W3") in exceptions(work)


@pytest.mark.parametrize("feed", ["orders", "stock"])
def test_a_date_without_an_accepted_file_of_a_feed_is_refused(
    state: Path, work: Path, feed: str
) -> None:
    shutil.rmtree(work / "inbox" / feed)
    drop(work, feed, "broken.csv", "not,a,contract\n1,2,3\n")

    done = run(state, work)

    assert done.returncode == 3
    assert feed in done.stderr
    assert "1 refused" in done.stderr
    assert output(work) == {}
    alerts = (work / "lake" / "reports" / DAY / "alerts.txt").read_text("utf-8")
    assert alerts.startswith(f"{DAY}: refused, 2 alerts\nERROR run ")
    assert f"ERROR refused_file {feed}/broken.csv: " in alerts


@contextmanager
def a_product_twice(state: Path) -> Iterator[dict[str, str]]:
    """Name a server, as PGHOST would, on which a product stands twice."""
    key = "alter table master.products add primary key (sku_id)"
    with connection_settings(state) as server, closing(connect(server)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute("alter table master.products drop constraint products_pkey")
            cursor.execute("insert into master.products values ('A', '2')")
        try:
            yield {
                "PGHOST": server.host,
                "PGPORT": str(server.port),
                "PGUSER": server.user,
                "PGDATABASE": server.database,
            }
        finally:
            with connection, connection.cursor() as cursor:
                cursor.execute("delete from master.products where name = '2'")
                cursor.execute(key)


def test_a_failed_data_test_publishes_nothing_and_names_the_test(
    state: Path, work: Path
) -> None:
    with a_product_twice(state) as server:
        done = run(state, work, **server)

    assert done.returncode == 4, done.stderr
    assert (
        "assert_keys_are_unique: 1 row(s) break: No key is there twice" in done.stderr
    )
    assert "Traceback" not in done.stderr
    assert output(work) == {}
    report = work / "lake" / "reports" / DAY
    page = (report / "quality.html").read_text("utf-8")
    assert '<span class="count failed" id="count-tests_failed">2</span>' in page
    # The rows that the test found stand there too.
    found = (report / "csv" / "test_rows.csv").read_text("utf-8")
    assert '""last_of_key"": ""A""' in found
    alerts = json.loads((report / "alerts.json").read_text("utf-8"))
    kinds = [alert["kind"] for alert in alerts["alerts"]]
    assert kinds[:3] == ["run", "failed_test", "failed_test"]


def test_what_a_refused_date_came_to_stands_on_its_page(
    state: Path, work: Path
) -> None:
    assert run(state, work).returncode == 0
    shutil.rmtree(work / "lake/output")
    landed = next((work / "lake/raw/stock" / DAY / "csv").iterdir())
    with landed.open("a", encoding="utf-8") as stream:
        stream.write("W1,PAST-THE-GATE,,5,,\n")

    done = run(state, work)

    assert done.returncode == 4, done.stderr
    assert "assert_staged_rows_are_the_accepted_rows" in done.stderr
    assert output(work) == {}
    copies = work / "lake" / "reports" / DAY / "csv"
    checks = csv.DictReader((copies / "checks.csv").open(encoding="utf-8", newline=""))
    failed = [row["check_name"] for row in checks if row["status"] == "failed"]
    assert failed == ["staged_rows"]


def test_a_volume_far_from_the_same_weekday_of_earlier_dates_is_reported(
    state: Path, work: Path
) -> None:
    # Known from the lake alone: no warehouse has seen these dates.
    for day, version, rows in (
        ("2025-12-11", 1, 100),
        ("2025-12-18", 2, 110),
        ("2025-12-25", 1, 104),
        ("2025-12-31", 1, 1),
    ):
        remember_volume(work, day, version, "S1", rows)
    # Replaced by version 2.
    remember_volume(work, "2025-12-18", 1, "S1", 1, is_latest=False)

    done = run(state, work)

    assert done.returncode == 0, done.stderr
    copy = work / "lake" / "reports" / DAY / "csv" / "checks.csv"
    checks = {
        (row["check_name"], row["scope_id"]): row
        for row in csv.DictReader(copy.open(encoding="utf-8", newline=""))
    }
    found = checks["rows", "S1"]
    # Deviations 4, 6, 0: 3 x 1.4826 x 4 is less than 30 % of the median.
    assert (found["status"], found["value"]) == ("warned", "1")
    assert (found["expected"], found["threshold"]) == ("104", "31.2")
    assert checks["rows", "S2"]["status"] == "unknown"


def remember_volume(
    work: Path, day: str, version: int, store: str, rows: int, is_latest: bool = True
) -> None:
    """Leave in the lake what a published version of a date leaves of a store."""
    volume = {"check_name": "rows", "scope_kind": "store", "scope_id": store}
    line = json.dumps({"version": str(version), **volume, "value": str(rows)})
    folder = work / "lake" / "manifests" / "published_volumes" / day
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"v{version}.jsonl").write_text(f"{line}\n")
    if is_latest:
        orders = work / "lake" / "output" / "supplier_orders" / day
        orders.mkdir(parents=True)
        (orders / "manifest.json").write_text(json.dumps({"version": version}))


def test_empty_master_data_is_refused(work: Path) -> None:
    with state_folder() as empty:
        done = run(empty, work)

    assert done.returncode == 3
    assert "master load" in done.stderr
    assert output(work) == {}


def test_a_database_that_does_not_answer_is_named(state: Path, work: Path) -> None:
    done = run(state, work, PGHOST="127.0.0.1", PGPORT="9", PGPASSWORD="secret")

    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "secret" not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert output(work) == {}


def test_a_date_that_another_run_holds_is_refused_at_once(
    state: Path, work: Path
) -> None:
    now = datetime(2026, 1, 1, 22, 0, tzinfo=timezone.utc)
    with date_lock(state, f"{work}/lake", date.fromisoformat(DAY), now):
        done = run(state, work)

    assert done.returncode == 5
    assert "2026-01-01T22:00:00" in done.stderr


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--date", "2026-02-30"], "2026-02-30"),
        (["--inbox", "no/such/folder"], "no/such/folder"),
        (["--lake", "hdfs://namenode:9870/lake"], "hdfs://"),
        (["--target", "trino"], "PGHOST"),
        (["--sometimes"], "--sometimes"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_2(
    state: Path, work: Path, options: list[str], word: str
) -> None:
    done = run(state, work, *options)

    assert done.returncode == 2, done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert not (work / "lake").exists() or output(work) == {}


def test_a_reader_that_stops_reading_does_not_stop_the_dates(
    state: Path, work: Path
) -> None:
    done = subprocess.run(
        f"{sys.executable} run_batch.py --from {DAY} --to 2026-01-02"
        f" --inbox {work}/inbox --lake {work}/lake | head -c 1;"
        " echo ${PIPESTATUS[0]}",
        shell=True,
        executable="/bin/bash",
        cwd=PROJECT,
        env={**os.environ, "PROCUREMENT_STATE": str(state)},
        capture_output=True,
        text=True,
        check=False,
    )

    # The second date has no files: it is refused, which shows that it was reached.
    assert done.stdout.endswith("3\n"), done.stderr
    assert f"supplier_orders/{DAY}/manifest.json" in output(work)


def started(state: Path, work: Path, *options: str) -> subprocess.Popen[str]:
    """Start a run and do not wait for its end."""
    places = ("--inbox", f"{work}/inbox", "--lake", f"{work}/lake")
    return subprocess.Popen(
        [sys.executable, "run_batch.py", *places, *options],
        cwd=PROJECT,
        env={**os.environ, "PROCUREMENT_STATE": str(state)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_runs_on_one_lake_take_turns_at_the_engine(state: Path, work: Path) -> None:
    for day in ("2026-01-02", "2026-01-03"):
        drop(work, "orders", "tills.csv", ORDERS, day)
        drop(work, "stock", "stock.csv", STOCK, day)

    runs = [
        started(state, work, "--from", DAY, "--to", "2026-01-02"),
        started(state, work, "--date", "2026-01-03"),
    ]
    errors = [run_batch.communicate(timeout=300)[1] for run_batch in runs]

    assert [run_batch.returncode for run_batch in runs] == [0, 0], "\n".join(errors)
    assert "Waiting for another date" in "".join(errors)
    assert sum(name.endswith("manifest.json") for name in output(work)) == 3


def test_a_run_told_to_end_says_so_and_leaves_nothing(state: Path, work: Path) -> None:
    run_batch = started(state, work, "--date", DAY)
    assert run_batch.stdout is not None
    run_batch.stdout.readline()  # the date is chosen: the run has begun
    run_batch.terminate()
    _, errors = run_batch.communicate(timeout=60)

    assert run_batch.returncode == 1
    assert "Interrupted" in errors
    assert "Traceback" not in errors
    assert output(work) == {}
