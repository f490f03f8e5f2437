"""Loading master data, and the snapshot that a run starts from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, BinaryIO

import pytest

from ingestion.commands.cli import main
from ingestion.errors import UsageError
from ingestion.lake import LocalLake
from ingestion.master_data.capture import (
    MasterSnapshot,
    captured_snapshot,
    put_in_place,
    write_capture,
)
from ingestion.master_data.csv_files import read_files
from ingestion.master_data.loading import Load, load_files
from ingestion.master_data.reading import canonical_tables
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

    def load(self, *, prune: bool = False, **files: str | bytes) -> Load:
        self.write(**files)
        return load_files(self.settings, read_files(self.folder), prune=prune)

    def warnings(self, **files: str | bytes) -> list[str]:
        """What a load warns of, without the folder."""
        self.write(**files)
        load = load_files(self.settings, read_files(self.folder))
        return [line.replace(f"{self.folder}/", "") for line in load.warnings]

    def write(self, **files: str | bytes) -> None:
        """Let the folder hold these files, named by their tables, and no others."""
        for path in self.folder.iterdir():
            path.unlink()
        for name, text in files.items():
            content = text if isinstance(text, bytes) else text.encode()
            (self.folder / f"{name}.csv").write_bytes(content)


@pytest.fixture
def files(database: Connection, server: ConnectionSettings, tmp_path: Path) -> Files:
    return Files(server, tmp_path)


def read_snapshot(connection: Connection) -> MasterSnapshot:
    """What a capture of this moment would hold."""
    with TemporaryDirectory() as folder:
        return write_capture(LocalLake(Path(folder)), connection, DAY)


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
    (loaded,) = files.load(stores="store_id,name\nA,one\nB,old\nB,new\nD,four\n").tables
    assert (loaded.file.table.name, len(loaded.file.rows)) == ("stores", 3)
    assert (loaded.inserted, loaded.updated, loaded.deleted) == (1, 1, 0)
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
    given = "sku_id,supplier_id\nA,T\n"
    (loaded,) = files.load(product_suppliers=given, prune=True).tables
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
        ("", "nothing but blanks"),
        (b"\xff\xfes\0t\0o\0r\0e\0", "UTF-8"),
        ("name,region\na,b\n", "key column store_id"),
        ("store_id,name,name\na,b,c\n", "'name' more than once"),
        ("store_id,,name\na,b,c\n", "blank name"),
        ("store_id,name\na\n", "line 2: 1 cells"),
        ('store_id,name\na,b\nc,"d\n', "line 3"),
        ('store_id,name\na,"b"c\n', r"line 2: a quote .* written \"5\"\" pipe\""),
        ("store_id,name\na,b\nc,d,e\n", "line 3: more cells"),
        ("store_id,name\ra,b\r", "line 1: .* lone CR"),
        (b"store_id,n\xe4me\na,b\n", "line 1: .* is not UTF-8"),
        ("STORE_ID,name\na,b\n", r"key column store_id.* names 'STORE_ID, name'"),
    ],
)
def test_broken_file_is_refused(files: Files, text: str | bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        files.load(stores=text)


def test_what_is_wrong_with_several_files_is_said_at_once(files: Files) -> None:
    with pytest.raises(UsageError) as failure:
        files.load(
            stores="store_id\n", products="sku_id,pack_size\nA,x\nB\n", suppliers=""
        )
    assert str(failure.value).replace(f"{files.folder}/", "").splitlines() == [
        "products.csv, line 2, column pack_size: 'x' must be a number such as 12 or "
        "12.5, with a decimal point.",
        "products.csv, line 3: 1 cells where the header has 2.",
        "suppliers.csv: The file holds nothing but blanks. Send it again; one without "
        "rows has its header, or is [].",
        "Nothing was loaded. Correct the files and load again.",
    ]


@pytest.mark.parametrize(
    "key", ["#1001", "CAM/4567", "Größe 5", "00591-006 0018", "1E5", "\u00a1", "9" * 64]
)
def test_ids_of_files_are_ids_of_master_data(
    files: Files, database: Connection, key: str
) -> None:
    files.load(products=f"sku_id,name\n {key}\t,x\n")
    assert [row[0] for row in rows(database, "products")] == [key]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("4.00638E+12", "as a number by a spreadsheet"),
        ("4,00638E+12", "as a number by a spreadsheet"),
        ("4E+12", "as a number by a spreadsheet"),
        ("'00123", "write 00123 without"),
        ('="00123"', "write 00123 alone"),
        ("a,b", "holds a comma"),
        ("back\\slash", "holds a backslash"),
        ('q"', "holds a quote"),
        ("tab\tin it", r"holds U\+0009"),
        ("wide\u3000blank", r"holds U\+3000"),
        ("x" * 65, "more than 64"),
    ],
)
@pytest.mark.parametrize("is_quoted", [True, False])
def test_key_that_is_no_id_is_refused_with_the_cure(
    files: Files, key: str, said: str, is_quoted: bool
) -> None:
    doubled = key.replace('"', '""')
    cell = f'"{doubled}"' if is_quoted else key
    with pytest.raises(UsageError, match=f"line 3, column sku_id: .*{said}"):
        files.load(products=f"sku_id;name\nA;b\n{cell};x\n")


def test_formula_is_named_beside_a_quoted_cell(files: Files) -> None:
    with pytest.raises(UsageError, match=r"line 2: .* write 00123 alone"):
        files.load(products='sku_id,name\n="00123","Tea"\n')


def test_articles_that_a_spreadsheet_made_one_are_refused(
    files: Files, database: Connection
) -> None:
    """EAN 4006381333931, ...948 and ...955, opened and saved by a spreadsheet."""
    with pytest.raises(UsageError) as failure:
        files.load(
            products="sku_id,name,pack_size,unit,status\n"
            "4.00638E+12,Tea 100g,12,EA,active\n"
            "4.00638E+12,Tea 250g,6,EA,active\n"
            "4.00638E+12,Coffee,10,EA,active\n"
        )
    said = str(failure.value)
    assert [f"line {line}, column sku_id" in said for line in (2, 3, 4)] == [True] * 3
    assert "format the column as text" in said
    assert read_snapshot(database).is_empty


def test_rows_that_differ_under_one_key_are_named_and_the_last_counts(
    files: Files, database: Connection
) -> None:
    assert files.warnings(
        products="sku_id,pack_size,colour\nA,1,red\nB,2,\nA,1.0000,blue\n"
        "A,3,\nB,2,\n\nA,1,\n",
        product_suppliers="sku_id,supplier_id,priority\nA,S,1\nA,T,1\nA,S,2\n",
    )[:3] == [
        "products.csv, lines 4 and 5: different rows of A; the later one counts.",
        "products.csv, lines 5 and 8: different rows of A; the later one counts.",
        "product_suppliers.csv, lines 2 and 4: different rows of A S; the later one "
        "counts.",
    ]
    assert [row[:1] + row[2:3] for row in rows(database, "products")] == [
        ("A", Decimal("1.000")),
        ("B", Decimal("2.000")),
    ]
    assert [row[:3] for row in rows(database, "product_suppliers")] == [
        ("A", "S", 2),
        ("A", "T", 1),
    ]


def test_column_that_is_nearly_right_is_warned_about(files: Files) -> None:
    assert files.warnings(products="sku_id,Pack Size,packsize2,UNIT\nA,1,2,EA\n") == [
        "products.csv: the column 'Pack Size' is passed over; is it pack_size?",
        "products.csv: the column 'UNIT' is passed over; is it unit?",
    ]


#: Products, a supplier and their prices with which nothing is wrong.
FITTING = {
    "products": "sku_id,unit\nA,EA\nB,EA\nC,\n",
    "suppliers": "supplier_id,currency\nS,EUR\nT,\n",
    "product_suppliers": "sku_id,supplier_id,priority,unit_price\n"
    "A,S,1,1\nA,T,2,\nB,T,,\nB,S,1,2\n",
}


def test_master_data_that_fit_are_not_warned_about(files: Files) -> None:
    assert files.warnings(**FITTING) == []


@pytest.mark.parametrize(
    ("table", "row", "said"),
    [
        ("suppliers", "S/1,EUR", "supplier S/1: cannot name a file"),
        ("suppliers", "Manifest,EUR", "supplier Manifest: cannot name a file"),
        ("product_suppliers", "A,ü,9,1", "supplier ü: cannot name a file"),
        ("product_suppliers", "A,T,2,1", "supplier T: has prices and no currency"),
        ("product_suppliers", "C,S,1,1", "product C: has a supplier and no unit"),
        ("product_suppliers", "A,S,1,0", "product A from S: has no price above 0"),
        ("product_suppliers", "A,S,1,-1", "product A from S: has no price above 0"),
        ("product_suppliers", "A,S,1,", "product A from S: has no price above 0"),
        ("product_suppliers", "A,S,,1", "product A from T: has no price above 0"),
        ("product_suppliers", "B,R,1,", "product B from R: has no price above 0"),
    ],
)
def test_what_does_not_fit_is_warned_about(
    files: Files, table: str, row: str, said: str
) -> None:
    files.warnings(**FITTING)
    header = FITTING[table].partition("\n")[0]
    (warning,) = files.warnings(**{table: f"{header}\n{row}\n"})
    assert warning.startswith(said)
    # Nobody who loads other tables hears it again.
    assert files.warnings(stores="store_id\nX\n") == []


def test_of_many_that_do_not_fit_the_first_are_named(files: Files) -> None:
    skus = [f"A{number}" for number in range(8)]
    offers = "".join(f"{sku},S,1\n" for sku in skus)
    units = "".join(f"{sku},\n" for sku in skus)
    _, unit = files.warnings(
        products=f"sku_id,unit\n{units}",
        product_suppliers=f"sku_id,supplier_id,unit_price\n{offers}",
        suppliers="supplier_id\nS\n",
    )
    named = "product A0, product A1, product A2, product A3, product A4 and 3 more: "
    assert unit.startswith(named)


def test_line_numbers_count_lines_inside_quotes(files: Files) -> None:
    with pytest.raises(UsageError, match="line 4, column capacity"):
        files.load(warehouses='warehouse_id,name,capacity\nA,"x\ny",1\nB,b,many\n')


class Command:
    """``master load`` as a person calls it, on the module's server."""

    def __init__(self, files: Files, capsys: pytest.CaptureFixture[str]) -> None:
        self._files = files
        self._capsys = capsys

    def __call__(self, *options: str) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        code = main(["master", "load", "--from", str(self._files.folder), *options])
        said = self._capsys.readouterr()
        return code, said.out, said.err.replace(f"{self._files.folder}/", "")


@pytest.fixture
def command(
    files: Files,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Command:
    for name in ("host", "port", "user", "database"):
        monkeypatch.setenv(f"PG{name.upper()}", str(getattr(files.settings, name)))
    return Command(files, capsys)


DOUBLED = "store_id,name,colour,note\nA,one,,\nA,two,,\nB,,,\n"
SAID_OF_DOUBLED = (
    "stores: 2 rows given, 2 inserted, 0 updated, 0 deleted; not in the file, kept as "
    "they were: region; in the file, passed over: 'colour', 'note'\n"
)
WARNING = "stores.csv, lines 2 and 3: different rows of A; the later one counts.\n"


def test_load_says_what_it_did_and_what_looks_wrong(
    files: Files, command: Command, database: Connection
) -> None:
    files.write(stores=DOUBLED)
    assert command() == (0, SAID_OF_DOUBLED, WARNING)
    assert rows(database, "stores") == [("A", "two", None), ("B", None, None)]


def test_check_says_the_same_and_changes_nothing(
    files: Files, command: Command, database: Connection
) -> None:
    files.write(stores=DOUBLED)
    said = f"{SAID_OF_DOUBLED}Only checked: nothing was changed.\n"
    assert command("--check") == (0, said, WARNING)
    with database, database.cursor() as cursor:
        cursor.execute("select to_regnamespace('master') is null")
        assert cursor.fetchone() == (True,)
    files.load(stores="store_id\nC\n")
    files.write(stores=DOUBLED)
    _, shown, _ = command("--check", "--prune")
    assert "2 inserted, 0 updated, 1 deleted" in shown
    assert rows(database, "stores") == [("C", None, None)]

    files.write(stores="store_id\na,b\n")
    assert command("--check") == command()
    assert command("--check")[0] == 2


def test_strict_refuses_what_is_else_warned_of(
    files: Files, command: Command, database: Connection
) -> None:
    files.write(stores=DOUBLED)
    refused = (2, "", f"{WARNING}Nothing was loaded (--strict).\n")
    assert command("--strict") == refused
    assert command("--strict", "--check") == refused
    assert read_snapshot(database).is_empty
    files.write(stores="store_id\nA\nA\n")
    assert command("--strict")[0] == 0


def test_many_warnings_are_counted(files: Files, command: Command) -> None:
    doubled = "".join(f"A,{number}\n" for number in range(30))
    files.write(stores=f"store_id,name\n{doubled}")
    shown = command()[2].splitlines()
    assert (len(shown), shown[-1]) == (11, "... and 19 more")


def test_folder_without_master_data_is_wrong_usage(
    files: Files, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"none of products\.csv"):
        files.load(other="a,b\n")
    with pytest.raises(UsageError, match="does not exist"):
        read_files(tmp_path / "absent")


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
    with database:
        found = {table.name: [*rows] for table, rows in canonical_tables(database)}
    assert found["replenishment_rules"] == [
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
