"""The main job on real servers, against the same job on the embedded engine."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import psycopg2
import pytest
from engines import (
    TABLES,
    assert_same_rows,
    call,
    contents,
    empty_lake,
    empty_warehouse,
    on_stack,
)
from hdfs import HdfsError  # type: ignore[import-untyped]

from ingestion.lake import Lake, LocalLake
from ingestion.postgres import connect
from stack.launcher.places import HOST, StackPlace
from stack.launcher.postgres import StackServer
from stack.launcher.running import JAVA_SERVICES, Stack
from stack.launcher.services import hdfs_client, java_process, trino_rows

DATES = ("2026-01-01", "2026-01-02", "2026-01-03")


@pytest.fixture(scope="module")
def embedded(workdir: Path) -> LocalLake:
    """Made-up files, some wrong on purpose, published by the embedded engine."""
    generated = ("generate", "--from", DATES[0], "--to", DATES[-1])
    places = {
        "PROCUREMENT_STATE": str(workdir / "state"),
        "PROCUREMENT_LAKE": str(workdir / "lake"),
    }
    call(
        places, "-m", "ingestion", *generated,
        "--out", f"{workdir}/inbox", "--master-out", f"{workdir}/master",
    )  # fmt: skip
    call(places, "-m", "ingestion", "master", "load", "--from", f"{workdir}/master")
    run_batch(places, workdir, "embedded")
    return LocalLake(workdir / "lake")


@pytest.fixture(scope="module")
def published(stack: StackPlace, workdir: Path, embedded: LocalLake) -> Lake:
    """The same files published through Trino."""
    lake, places = empty_lake(stack), on_stack(stack)
    call(
        places, "-m", "ingestion", "master", "load", "--from", f"{workdir}/master",
        "--prune",
    )  # fmt: skip
    run_batch(places, workdir, "trino")
    return lake


def test_second_start_changes_nothing(stack: StackPlace) -> None:
    before = process_ids(stack)

    Stack(stack.home.parent, print).up()

    assert process_ids(stack) == before
    assert all(status.is_up for status in Stack(stack.home.parent, print).status())


def test_both_engines_publish_the_same_bytes(
    published: Lake, embedded: LocalLake
) -> None:
    expected = contents(embedded, "output")

    assert len(expected) > 3 * len(DATES)
    assert contents(published, "output") == expected


def test_both_engines_hold_the_same_rows(
    published: Lake, stack: StackPlace, workdir: Path
) -> None:
    [[orders]] = trino_rows(
        stack, "select count(*) from iceberg.procurement.fct_supplier_orders"
    )
    assert orders > 0
    assert_same_rows(stack, workdir / "lake", DATES)


def test_dates_built_again_give_the_same_bytes_in_one_snapshot_each(
    published: Lake, embedded: LocalLake, stack: StackPlace, workdir: Path
) -> None:
    before = {table: snapshots(stack, table) for table in TABLES}
    published.delete("output")

    run_batch(on_stack(stack), workdir, "trino")

    assert contents(published, "output") == contents(embedded, "output")
    after = {table: snapshots(stack, table) for table in TABLES}
    assert after == {table: count + len(DATES) for table, count in before.items()}


def test_files_of_a_killed_export_are_not_published(
    published: Lake, embedded: LocalLake, stack: StackPlace, workdir: Path
) -> None:
    day = DATES[-1]
    folder = f"export/supplier_orders/business_date={day}"
    part = published.folders(folder)[0]
    [file] = published.files(f"{folder}/{part}")
    with published.reader(file.path) as stream:
        content = stream.read()
    with published.writer(f"{folder}/{part}/of_a_killed_insert") as stream:
        stream.write(content)
    published.delete(f"output/supplier_orders/{day}")

    run_batch(on_stack(stack), workdir, "trino")

    assert contents(published, "output") == contents(embedded, "output")


def test_replays_in_an_empty_warehouse_are_identical_on_trino(
    published: Lake, embedded: LocalLake, stack: StackPlace, workdir: Path
) -> None:
    empty_warehouse(stack)

    done = run_batch(on_stack(stack), workdir, "trino", "--replay")

    assert done.stdout.count("replayed: identical") == len(DATES)
    assert contents(published, "output") == contents(embedded, "output")
    assert_same_rows(stack, workdir / "lake", DATES)


def test_both_engines_publish_the_same_next_version(
    published: Lake, embedded: LocalLake, stack: StackPlace, workdir: Path
) -> None:
    late = workdir / f"inbox/orders/{DATES[-1]}/late.csv"
    late.write_text(
        "order_id,store_id,ordered_at,line_number,sku_id,quantity\n"
        f"late,S001,{DATES[-1]}T21:00,1,SKU-00001,5000\n"
    )
    local = {
        "PROCUREMENT_STATE": str(workdir / "state"),
        "PROCUREMENT_LAKE": str(workdir / "lake"),
    }

    run_batch(local, workdir, "embedded", "--include-late")
    run_batch(on_stack(stack), workdir, "trino", "--include-late")

    folder = f"versions/{DATES[-1]}"
    assert f"{folder}/v1/changes.json" in contents(embedded, folder)
    for place in ("output", folder):
        assert contents(published, place) == contents(embedded, place)


def test_both_engines_tell_the_same_history_of_master_data(
    published: Lake, stack: StackPlace, workdir: Path
) -> None:
    local = {
        "PROCUREMENT_STATE": str(workdir / "state"),
        "PROCUREMENT_LAKE": str(workdir / "lake"),
    }
    model = "dim_master_data_history"
    for places, target in ((local, "embedded"), (on_stack(stack), "trino")):
        call(
            places, "-m", "dbt.cli.main", "run", "--target", target,
            "--profiles-dir", ".", "--select", model,
            "--vars", f"{{run_date: '{DATES[-1]}'}}",
            "--target-path", f"{workdir}/dbt", "--log-path", f"{workdir}/dbt",
        )  # fmt: skip

    with duckdb.connect(f"{workdir}/lake/warehouse/warehouse.duckdb") as database:
        expected = database.execute(f"select * from procurement.{model}").fetchall()
    found = trino_rows(stack, f"select * from iceberg.procurement.{model}")
    assert expected
    assert sorted(map(repr, map(tuple, found))) == sorted(map(repr, expected))


def test_date_without_rows_replaces_those_of_an_earlier_build(
    published: Lake, stack: StackPlace
) -> None:
    day = "2026-02-01"
    table = "iceberg.procurement.fct_exceptions"
    trino_rows(
        stack,
        f"insert into {table} (code, business_date) values ('stale', date '{day}')",
    )

    call(
        on_stack(stack), "-m", "dbt.cli.main", "run", "--target", "trino",
        "--profiles-dir", ".", "--select", "fct_exceptions",
        "--vars", f"{{run_date: '{day}'}}",
        "--target-path", f"{stack.home}/dbt", "--log-path", f"{stack.home}/dbt",
    )  # fmt: skip

    codes = trino_rows(
        stack, f"select code from {table} where business_date = date '{day}'"
    )
    assert ["stale"] not in codes
    trino_rows(stack, f"delete from {table} where business_date = date '{day}'")


@pytest.mark.parametrize("catalog", ["iceberg", "iceberg_reader"])
@pytest.mark.parametrize(
    "statement",
    [
        "insert into {}.procurement.exception_codes (code) values ('x')",
        "delete from {}.procurement.fct_net_demand",
        "update {}.procurement.fct_net_demand set net_demand = 0",
        "drop table {}.procurement.fct_net_demand",
        "create table {}.procurement.mine (a integer)",
        "create schema {}.mine",
        "alter table {}.procurement.fct_net_demand execute optimize",
        "alter table {}.procurement.fct_net_demand execute expire_snapshots",
        "call {}.system.unregister_table('procurement', 'fct_net_demand')",
    ],
)
def test_analyst_changes_no_table(
    published: Lake, stack: StackPlace, statement: str, catalog: str
) -> None:
    with pytest.raises(Exception, match="Access Denied"):
        trino_rows(stack, statement.format(catalog), user="analyst")


@pytest.mark.parametrize(
    "statement",
    [
        "create table hive.export.mine (a integer)",
        "drop view hive.raw.orders_json",
        "insert into postgresql.master.stores (store_id) values ('x')",
    ],
)
def test_analyst_changes_nothing_else(
    published: Lake, stack: StackPlace, statement: str
) -> None:
    with pytest.raises(Exception, match="Access Denied"):
        trino_rows(stack, statement, user="analyst")


def test_analyst_reads(published: Lake, stack: StackPlace) -> None:
    for name in (
        "iceberg_reader.procurement.fct_net_demand",
        "postgresql.master.stores",
    ):
        [[count]] = trino_rows(stack, f"select count(*) from {name}", user="analyst")
        assert count > 0


def test_analyst_reads_no_trial(published: Lake, stack: StackPlace) -> None:
    trial = "iceberg.procurement_trial"
    place = f"{stack.lake}/warehouse/procurement_trial"
    trino_rows(
        stack, f"create schema if not exists {trial} with (location = '{place}')"
    )
    trino_rows(stack, f"create table if not exists {trial}.asked (a integer)")
    try:
        with pytest.raises(Exception, match="Access Denied"):
            trino_rows(
                stack,
                "select * from iceberg_reader.procurement_trial.asked",
                user="analyst",
            )
    finally:
        trino_rows(stack, f"drop table {trial}.asked")


def test_nobody_else_may_ask(stack: StackPlace) -> None:
    with pytest.raises(Exception, match="Access Denied"):
        trino_rows(stack, "select 1", user="somebody")


def test_batch_user_does_not_write_master_data(
    published: Lake, stack: StackPlace
) -> None:
    with pytest.raises(Exception, match="Access Denied"):
        trino_rows(stack, "delete from postgresql.master.stores")


def test_role_of_trino_only_reads(published: Lake, stack: StackPlace) -> None:
    connection = psycopg2.connect(
        host=HOST, port=stack.ports.postgres, dbname="procurement",
        user="trino_reader", password=stack.secrets.trino_reader,
    )  # fmt: skip
    with connection, connection.cursor() as cursor:
        cursor.execute("set transaction read write")
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("delete from master.stores")
    connection.close()


def test_role_of_the_metastore_has_its_own_database_only(stack: StackPlace) -> None:
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        psycopg2.connect(
            host=HOST, port=stack.ports.postgres, dbname="procurement",
            user="metastore", password=stack.secrets.metastore,
        )  # fmt: skip


def test_server_asks_for_a_password(stack: StackPlace) -> None:
    connect(StackServer(stack).client()).close()
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(
            host=HOST, port=stack.ports.postgres, dbname="procurement",
            user="procurement", password="a guess",
        )  # fmt: skip


def test_lake_is_closed_to_others(published: Lake, stack: StackPlace) -> None:
    with pytest.raises(HdfsError, match="Permission denied"):
        hdfs_client(stack, "somebody").list("/procurement")


def test_every_folder_of_the_lake_is_closed_to_others(
    published: Lake, stack: StackPlace
) -> None:
    client = hdfs_client(stack)
    for _, folders, files in client.walk("/procurement", status=True):
        for name, status in [*folders, *files]:
            assert int(status["permission"], 8) & 0o007 == 0, name


def process_ids(place: StackPlace) -> list[int]:
    found = [java_process(place, name).find() for name in JAVA_SERVICES]
    return [process.pid for process in found if process is not None]


def snapshots(place: StackPlace, table: str) -> int:
    name = f'iceberg.procurement."{table}$snapshots"'
    [[count]] = trino_rows(place, f"select count(*) from {name}")
    return int(count)


def run_batch(
    places: dict[str, str], workdir: Path, target: str, *options: str
) -> CompletedProcess[str]:
    return call(
        places, "run_batch.py", "--target", target, "--inbox", f"{workdir}/inbox",
        "--from", DATES[0], "--to", DATES[-1], *options,
    )  # fmt: skip
