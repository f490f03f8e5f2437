"""Loading master data, and the snapshot that a run starts from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pytest

from ingestion.errors import UsageError
from ingestion.lake import LocalLake
from ingestion.master_data.capture import (
    captured_snapshot,
    put_in_place,
    write_capture,
)
from ingestion.master_data.loading import LoadedTable, load_master_data
from ingestion.master_data.snapshot import canonical_rows, read_snapshot
from ingestion.master_data.tables import TABLES, ensure_tables
from ingestion.postgres import ConnectionSettings, connect
from ingestion.postgres.embedded import running_postgres
from postgres_states import state_folder

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812

DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def server() -> Iterator[ConnectionSettings]:
    with state_folder() as state, running_postgres(state) as settings:
        yield settings


@pytest.fixture
def database(server: ConnectionSettings) -> Iterator[Connection]:
    """A server without master data."""
    with closing(connect(server)) as connection:
        with connection, connection.cursor() as cursor:
            cursor.execute("drop schema if exists master cascade")
        yield connection


class Files:
    """Writes files into a folder and loads them."""

    def __init__(self, settings: ConnectionSettings, folder: Path) -> None:
        self.settings = settings
        self.folder = folder

    def load(self, *, prune: bool = False, **files: str | bytes) -> list[LoadedTable]:
        for path in self.folder.iterdir():
            path.unlink()
        for name, text in files.items():
            content = text if isinstance(text, bytes) else text.encode()
            (self.folder / f"{name}.csv").write_bytes(content)
        return load_master_data(self.settings, self.folder, prune=prune)


@pytest.fixture
def files(database: Connection, server: ConnectionSettings, tmp_path: Path) -> Files:
    return Files(server, tmp_path)


def rows(connection: Connection, table: str) -> list[tuple[object, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(f"select * from master.{table} order by 1, 2")
        return cursor.fetchall()


def test_cells_become_values_of_their_columns(
    files: Files, database: Connection
) -> None:
    files.load(
        products="sku_id,name,pack_size,unit,status\n"
        '00123 , Ünit "x",12.0005,EA,\n'
        ' B2,"a, b\nc",-0.0005,\t,active\n',
        suppliers="\ufeffname;supplier_id;note;lead_time_days;min_order_value\r\n"
        "North;SUP-1;ignored;-3;10.005\r\n\r\n",
        product_suppliers="sku_id,supplier_id,priority,unit_price\nB2,SUP-1,,+1.00005\n",
    )
    assert rows(database, "products") == [
        ("00123", 'Ünit "x"', Decimal("12.001"), "EA", None),
        ("B2", "a, b\nc", Decimal("-0.001"), None, "active"),
    ]
    assert rows(database, "suppliers") == [
        ("SUP-1", "North", -3, None, Decimal("10.01"))
    ]
    assert rows(database, "product_suppliers") == [
        ("B2", "SUP-1", None, Decimal("1.0001"))
    ]
    assert rows(database, "stores") == []


def test_later_load_changes_what_differs_and_leaves_the_rest(
    files: Files, database: Connection
) -> None:
    files.load(
        stores="store_id,name,region\nA,one,x\nB,two,x\nC,three,x\n",
        warehouses="warehouse_id,name\nW,w\n",
    )
    (loaded,) = files.load(stores="store_id,name\nA,one\nB,old\nB,new\nD,four\n")
    assert loaded == LoadedTable("stores", 3, 1, 1, 0, ("region",))
    assert rows(database, "stores") == [
        ("A", "one", "x"),
        ("B", "new", "x"),
        ("C", "three", "x"),
        ("D", "four", None),
    ]
    assert rows(database, "warehouses") == [("W", "w", None, None)]


def test_prune_deletes_what_the_given_files_lack(
    files: Files, database: Connection
) -> None:
    pairs = "sku_id,supplier_id\nA,S\nA,T\nB,S\n"
    files.load(product_suppliers=pairs, stores="store_id\nX\n")
    (loaded,) = files.load(product_suppliers="sku_id,supplier_id\nA,T\n", prune=True)
    assert (loaded.inserted, loaded.updated, loaded.deleted) == (0, 0, 2)
    assert [row[:2] for row in rows(database, "product_suppliers")] == [("A", "T")]
    assert len(rows(database, "stores")) == 1
    files.load(stores="store_id,name\n", prune=True)
    assert rows(database, "stores") == []


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("lead_time_days", "3.0"),
        ("lead_time_days", "2147483648"),
        ("min_order_value", "1e3"),
        ("min_order_value", '"1,5"'),
        ("min_order_value", "NaN"),
        ("min_order_value", "Infinity"),
        ("min_order_value", "1_000"),
        ("min_order_value", "٣"),
        ("min_order_value", "9999999999999999.995"),
        ("name", b"caf\xe9"),
        ("name", b"a\0b"),
        ("supplier_id", " "),
    ],
)
def test_wrong_cell_is_named_and_nothing_changes(
    files: Files, database: Connection, column: str, cell: str | bytes
) -> None:
    files.load(suppliers="supplier_id\nformer\n", stores="store_id\nformer\n")
    content = cell if isinstance(cell, bytes) else cell.encode()
    is_key = column == "supplier_id"
    header = b"supplier_id,name" if is_key else b"supplier_id," + column.encode()
    row = content + b",x" if is_key else b"S2," + content
    lines = [header, b"", row]
    with pytest.raises(UsageError) as failure:
        files.load(suppliers=b"\n".join(lines), stores="store_id\nnew\n")
    assert f"suppliers.csv, line 3, column {column}: " in str(failure.value)
    assert [row[0] for row in rows(database, "stores")] == ["former"]
    assert [row[0] for row in rows(database, "suppliers")] == ["former"]


def test_every_wrong_cell_is_listed_up_to_a_limit(files: Files) -> None:
    wrong = "".join(f"S{number},x\n" for number in range(15))
    with pytest.raises(UsageError, match=r"line 11.*\n.* and 5 more"):
        files.load(suppliers=f"supplier_id,lead_time_days\n{wrong}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "key column store_id"),
        ("name,region\na,b\n", "key column store_id"),
        ("store_id,name,name\na,b,c\n", "'name' more than once"),
        ("store_id,,name\na,b,c\n", "blank name"),
        ("store_id,name\na\n", "line 2: 1 cells"),
        ('store_id,name\na,b\nc,"d\n', "line 3"),
        ('store_id,name\na,"b"c\n', "line 2"),
    ],
)
def test_broken_file_is_refused(files: Files, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        files.load(stores=text)


def test_line_numbers_count_lines_inside_quotes(files: Files) -> None:
    with pytest.raises(UsageError, match="line 4, column capacity"):
        files.load(warehouses='warehouse_id,name,capacity\nA,"x\ny",1\nB,b,many\n')


def test_folder_without_master_data_is_wrong_usage(
    files: Files, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"none of products\.csv"):
        files.load(other="a,b\n")
    with pytest.raises(UsageError, match="does not exist"):
        load_master_data(files.settings, tmp_path / "absent")


def test_table_of_another_hand_gets_its_missing_key(
    files: Files, database: Connection
) -> None:
    with database, database.cursor() as cursor:
        cursor.execute("create schema master")
        cursor.execute("create table master.stores(store_id text, name text)")
    files.load(stores="store_id,name\nA,one\n")
    files.load(stores="store_id,name\nA,two\n")
    assert rows(database, "stores") == [("A", "two")]


def test_snapshot_of_a_server_without_tables_is_empty(database: Connection) -> None:
    absent = read_snapshot(database)
    assert absent.is_empty
    assert absent.warehouse_ids == ()
    ensure_tables(database)
    assert read_snapshot(database) == absent


def test_any_row_makes_master_data_not_empty(
    files: Files, database: Connection
) -> None:
    files.load(stores="store_id\nA\n")
    assert not read_snapshot(database).is_empty


def test_digest_names_the_content_whatever_the_order(
    files: Files, database: Connection
) -> None:
    files.load(warehouses="warehouse_id,capacity\nb,1\nB,2.50\né,3\n_,\n")
    first = read_snapshot(database)
    assert first.warehouse_ids == ("B", "_", "b", "é")
    with database, database.cursor() as cursor:
        cursor.execute("drop schema master cascade")
    files.load(warehouses="capacity;warehouse_id\n3;é\n;_\n2.5;B\n1;b\n")
    assert read_snapshot(database) == first
    files.load(warehouses="warehouse_id,capacity\nB,2.501\n")
    assert read_snapshot(database).digest != first.digest


def test_canonical_rows_are_exact_and_ordered_by_bytes(
    files: Files, database: Connection
) -> None:
    files.load(replenishment_rules="sku_id,moq\nb,1\nB,123456789012345.678\n")
    (rules,) = (table for table in TABLES if table.name == "replenishment_rules")
    with database:
        assert list(canonical_rows(database, rules)) == [
            b'{"sku_id":"B","moq":"123456789012345.678","safety_stock":null}\n',
            b'{"sku_id":"b","moq":"1.000","safety_stock":null}\n',
        ]


def test_capture_is_of_one_instant_and_read_back_as_it_was(
    files: Files, database: Connection, server: ConnectionSettings, tmp_path: Path
) -> None:
    files.load(stores="store_id\nA\n", warehouses="warehouse_id\nW\nV\n")
    lake = _ChangingLake(tmp_path / "lake", server)

    written = write_capture(lake, database, DAY)
    put_in_place(lake, DAY)

    # The last table was read after the change, and as of before it.
    assert written == captured_snapshot(lake, DAY)
    assert (written.rows["stores"], written.warehouse_ids) == (1, ("V", "W"))
    assert read_snapshot(database).warehouse_ids == ("V", "W", "Z")
    assert sorted(
        path.name for path in (tmp_path / f"lake/master/{DAY}").iterdir()
    ) == [f"{name}.jsonl" for name in sorted(table.name for table in TABLES)]


class _ChangingLake(LocalLake):
    """Somebody adds a warehouse while the first table is written."""

    def __init__(self, folder: Path, server: ConnectionSettings) -> None:
        super().__init__(folder)
        self._server = server

    @contextmanager
    def writer(self, path: str, *, replace: bool = False) -> Iterator[BinaryIO]:
        with super().writer(path, replace=replace) as stream:
            yield stream
        if path.endswith("/products.jsonl"):
            with (
                closing(connect(self._server)) as other,
                other,
                other.cursor() as cursor,
            ):
                cursor.execute("insert into master.warehouses values ('Z')")
