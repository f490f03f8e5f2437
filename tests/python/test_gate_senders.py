"""How senders write, as they declare it: what is landed is the contract's form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gate_files import (
    CSV_ROW,
    ORDER_COLUMNS,
    Checked,
    alike,
    check,
    csv_file,
    line,
    one_by_one,
    order,
)
from ingestion.commands.cli import main
from ingestion.contracts import Format
from ingestion.contracts.senders import (
    SENDERS,
    Condition,
    Constant,
    Sender,
    Timestamps,
    load_senders,
    sender_named,
    sender_of,
)
from ingestion.errors import UsageError

#: By name of the sender: the file's name, its bytes, and the rows wanted of it.
EXAMPLES: dict[str, tuple[str, bytes, list[str]]] = {
    "shop-platform": (
        "orders_export_1.csv",
        b"Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,"
        b"Lineitem price,Lineitem sku,Location,Cancelled at\n"
        b"#1001,a@b.c,paid,2026-01-05 10:00:00 +0100,2,"
        b'"Tea, 250 g",3.20,TEA-250,S1,\n'
        b"#1001,,,,1,Tin,5.00,TIN-1,,\n"
        b"#1002,,refunded,2026-01-05 11:00:00 +0100,4,Cup,7.00,CUP-1,S1,"
        b"2026-01-05 12:00:00 +0100\n"
        b"#1002,,,,1,Tin,5.00,TIN-1,,\n"
        b"#1003,,paid,2026-01-05 11:00:00 +0100,3,Cup,7.00,CUP-1,S2,\n",
        [
            "#1001,S1,,2026-01-05 10:00:00+01:00,1,TEA-250,2,3.20",
            "#1001,S1,,2026-01-05 10:00:00+01:00,2,TIN-1,1,5.00",
            "#1002,S1,,2026-01-05 11:00:00+01:00,1,CUP-1,0,7.00",
            "#1002,S1,,2026-01-05 11:00:00+01:00,2,TIN-1,0,5.00",
            "#1003,S2,,2026-01-05 11:00:00+01:00,1,CUP-1,3,7.00",
        ],
    ),
    "german-spreadsheet": (
        "umsatz_7.csv",
        (
            "Belegnummer;Filiale;Kasse;Datum;Uhrzeit;Position;Artikel;Bezeichnung;"
            "Menge;Einzelpreis\r\n"
            '0001;S1;1;31.12.2026;18:05;1;00123;"Käse; jung";1,5;12,90\r\n'
            "0001;S1;1;31.12.2026;18:05;2;00124;Brot;1.002-;1.000,00\r\n"
            "0002;S1;1;01.07.2026;18:05;1;Größe 5;;2;\r\n"
            "Summe;;;;;;;;-1.000,5;\r\n"
        ).encode("cp1252"),
        [
            "0001,S1,1,2026-12-31T17:05:00Z,1,00123,1.5,12.90",
            "0001,S1,1,2026-12-31T17:05:00Z,2,00124,-1002,1000.00",
            "0002,S1,1,2026-07-01T16:05:00Z,1,Größe 5,2,",
        ],
    ),
    "tab-till": (
        "tabtill_S017_20260701.csv",
        b"RECEIPT\tSOLD\tLINE\tITEM\tQTY\tPRICE\n"
        b"17\t2026-07-01 18:05\t1\tA 1\t2\t3.20\n"
        b"TOTAL\t\t\t\t2\t\n",
        ["17,S017,,2026-07-01T16:05:00Z,1,A 1,2,3.20"],
    ),
    "web-shop": (
        "webshop_1.json",
        json.dumps({
            "shop": "X",
            "orders": [
                {
                    "number": 17, "createdAt": "2026-01-05T10:00:00Z", "status": "paid",
                    "items": [
                        {"articleNumber": "A", "count": 2, "price": 3.2},
                        {"articleNumber": "S", "count": 1, "type": "shipping"},
                        {"articleNumber": "B", "count": 1.5, "price": "free"},
                    ],
                },
                {
                    "number": "W-2", "createdAt": "2026-01-05 10:00 +01",
                    "status": "Cancelled",
                    "items": [{"articleNumber": "A", "count": 3}],
                },
            ],
            "next": None,
        }).encode(),
        [
            "17,WEB,,2026-01-05T10:00:00Z,1,A,2,3.2",
            "17,WEB,,2026-01-05T10:00:00Z,3,B,1.5,",
            "W-2,WEB,,2026-01-05 10:00+01:00,1,A,0,",
        ],
    ),
    "bin-stock": (
        "bins_1.csv",
        b"warehouse_id,sku_id,available,reserved,Bin\n"
        b"W1,A,1,,b1\nW1,B,5,2,b1\nW1,A,2.5,1,b2\nW2,A,-1,,b1\n",
        ["W1,A,,3.5,1,", "W1,B,,5,2,", "W2,A,,-1,,"],
    ),
}  # fmt: skip


def rows(checked: Checked) -> list[str]:
    """Landed rows of CSV or JSON in the contract's order of columns."""
    if not checked.landed.startswith(b"{"):
        return checked.rows
    names = ORDER_COLUMNS.split(",")
    return [
        ",".join(str({**item, **row}[name] or "") for name in names)
        for item in checked.orders
        for row in item["lines"]
    ]


def read(sender: Sender, content: bytes, name: str = "x") -> Checked:
    return check(
        content, sender.format, feed=sender.feed, sender=sender, file_name=name
    )


def sender(file_format: Format = "csv", **terms: Any) -> Sender:
    return Sender("brand", "made up", "orders", file_format, ("brand-*",), **terms)


def test_every_sender_has_an_example() -> None:
    assert {one.name for one in load_senders()} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of_a_sender_is_landed_as_the_contract_has_it(name: str) -> None:
    file_name, content, expected = EXAMPLES[name]
    known = sender_named(name)
    assert known is not None
    checked = read(known, content, file_name)

    assert sender_of(known.feed, known.format, file_name.upper()) == known
    assert checked.rejects == []
    assert rows(checked) == expected
    with one_by_one():
        assert alike(read(known, content, file_name)) == alike(checked)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_command_shows_the_first_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    file_name, content, expected = EXAMPLES[name]
    path = tmp_path / file_name
    path.write_bytes(content)

    assert main(["contracts", "--sender", name, str(path)]) == 0
    shown = capsys.readouterr().out
    assert expected[0].split(",")[0] in shown.partition("landed:")[2]
    assert main(["validate", str(path)]) == 0
    assert f"({name_of_feed(name)})" in capsys.readouterr().out


def name_of_feed(name: str) -> str:
    known = sender_named(name)
    assert known is not None
    return known.feed


def test_the_command_wants_a_sender_and_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["contracts", "--sender", "nobody", "x.csv"]) == 2
    assert "no sender 'nobody'" in capsys.readouterr().err
    assert main(["contracts", "--sender", "web-shop", "/nowhere"]) == 2


def test_rows_left_out_are_no_rows_and_sums_are_landed_once() -> None:
    german, bins = sender_named("german-spreadsheet"), sender_named("bin-stock")
    assert german is not None
    assert bins is not None
    verdict = read(german, EXAMPLES["german-spreadsheet"][1]).verdict
    assert (verdict.rows_read, verdict.rows_left_out) == (3, 1)

    verdict = read(bins, EXAMPLES["bin-stock"][1]).verdict
    assert (verdict.rows_accepted, verdict.rows_landed) == (4, 3)


def test_refused_rows_name_their_line_though_others_are_left_out() -> None:
    known = sender(leave_out=(Condition("order_id", frozenset({"total"})),))
    content = csv_file("Total,,,,,,,", CSV_ROW, CSV_ROW.replace(",2,", ",x,"))
    (reject,) = read(known, content).rejects

    assert (reject.line, reject.column, reject.value) == (4, "quantity", "x")


@pytest.mark.parametrize(
    ("terms", "text", "landed"),
    [
        ({"decimal_sign": ","}, "1,5", "1.5"),
        ({"decimal_sign": ","}, "1.5", None),
        ({"decimal_sign": ",", "thousands_sign": "."}, "1.000", "1000"),
        ({"decimal_sign": ",", "thousands_sign": "."}, "1.00", None),
        ({"decimal_sign": ",", "thousands_sign": "."}, "1.234.567,25", "1234567.25"),
        ({"thousands_sign": ","}, "12,345.5", "12345.5"),
        ({"thousands_sign": "'"}, "12'345", "12345"),
        ({"trailing_minus": True}, "3-", "-3"),
        ({"trailing_minus": True}, "-3-", None),
        ({"trailing_minus": True}, "3", "3"),
        ({"decimal_sign": ","}, "3-", None),
    ],
)
def test_numbers(terms: dict[str, Any], text: str, landed: str | None) -> None:
    row = CSV_ROW.replace(",2,", f";{text};").replace(",", ";", 6)
    cells = CSV_ROW.split(",")
    cells[6] = f'"{text}"'
    checked = read(sender(**terms), csv_file(",".join(cells)))

    assert row
    assert [item.split(",")[6] for item in checked.rows] == ([landed] if landed else [])


@pytest.mark.parametrize(
    ("form", "zone", "text", "landed"),
    [
        ("%d.%m.%Y %H:%M", "Europe/Berlin", "31.12.2026 18:05", "2026-12-31T17:05:00Z"),
        ("%d.%m.%Y %H:%M", None, "31.12.2026 18:05", "2026-12-31T18:05:00Z"),
        ("%m/%d/%y %I:%M %p", None, "12/31/26 06:05 PM", "2026-12-31T18:05:00Z"),
        ("%Y-%m-%d %H:%M %z", "Europe/Berlin", "2026-07-01 10:00 +0500",
         "2026-07-01T05:00:00Z"),
        ("%d.%m.%Y", None, "31.02.2026", None),
        ("%d.%m.%Y", None, "31.12.1826", None),
        ("%d.%m.%Y", None, "2026-12-31 10:00", None),
        (None, "Europe/Berlin", "2026-07-01 10:00", "2026-07-01T08:00:00Z"),
        (None, "Europe/Berlin", "2026-07-01T10:00:00+05:00",
         "2026-07-01T10:00:00+05:00"),
        (None, "Europe/Berlin", "2026-07-01T10:00:00.5", "2026-07-01T08:00:00.500000Z"),
    ],
)  # fmt: skip
def test_times(
    form: str | None, zone: str | None, text: str, landed: str | None
) -> None:
    cells = CSV_ROW.split(",")
    cells[3] = text
    known = sender(timestamps=Timestamps(form, zone))
    checked = read(known, csv_file(",".join(cells)))

    assert [item.split(",")[3] for item in checked.rows] == ([landed] if landed else [])


def test_names_of_csv_columns_are_the_sender_s_or_the_contract_s() -> None:
    known = sender(columns={"bon": "order_id", "artikel": "sku_id"})
    header = ORDER_COLUMNS.replace("sku_id", "artikel").replace("order_id", "bon")

    assert read(known, csv_file(CSV_ROW, header=header)).landed == csv_file(CSV_ROW)
    assert read(known, csv_file(CSV_ROW)).landed == csv_file(CSV_ROW)
    both = csv_file(f"{CSV_ROW},A", header=f"{ORDER_COLUMNS},artikel")
    assert read(known, both).verdict.reason == "duplicate-label"
    near = csv_file(CSV_ROW, header=header.replace("bon", "Bon"))
    assert read(known, near).verdict.reason == "missing-label"


def test_a_column_that_looks_like_the_contract_s_can_be_passed_over() -> None:
    content = csv_file(f"{CSV_ROW},x", header=f"{ORDER_COLUMNS},Quantity")

    assert check(content, "csv").verdict.reason == "incorrect-label"
    assert read(sender(passed_over=("Quantity",)), content).rows == [CSV_ROW]


PLAIN = order(f"[{line()}]")
OWN = (
    PLAIN.replace("order_id", "bon")
    .replace("lines", "positionen")
    .replace("sku_id", "artikel")
)
KASSA = sender(
    "json",
    columns={"bon": "order_id", "positionen": "lines", "artikel": "sku_id"},
)


def test_keys_of_json_are_the_sender_s_or_the_contract_s() -> None:
    refused = OWN.replace('"quantity":2', '"quantity":"x"')
    checked = read(KASSA, f"{OWN}\n{PLAIN}\n{refused}\n".encode())

    assert [item["lines"][0]["sku_id"] for item in checked.orders] == ["A", "A"]
    assert [item["order_id"] for item in checked.orders] == ["O1", "O1"]
    assert [(row.line, row.column) for row in checked.rejects] == [(3, "quantity")]
    assert checked.rejects[0].raw.startswith('{"line_number":1,"artikel"')
    assert check(OWN.encode()).reasons == ["constraint-error"]


@pytest.mark.parametrize(
    "text",
    [
        OWN.replace("{", '{"order_id":"O1",', 1),
        OWN.replace('"artikel"', '"sku_id":"B","artikel"'),
        OWN[:-1] + ',"lines":[]}',
    ],
)
def test_a_key_under_both_its_names_stands_twice(text: str) -> None:
    assert read(KASSA, text.encode()).reasons == ["duplicate-label"]


@pytest.mark.parametrize(
    ("text", "orders", "reason"),
    [
        (f'{{"orders":[{PLAIN},{PLAIN}]}}', 2, None),
        (f'{{"a":[1,{{"b":2}}], "orders" : [ {PLAIN} ] , "z":[]}}\n', 1, None),
        ('{"orders":[]}', 0, None),
        (f'{{"orders":[{PLAIN}],"orders":[]}}', 0, "duplicate-label"),
        (f'{{"orders":[{PLAIN}]', 0, "malformed-json"),
        (f'{{"orders":[{PLAIN}]}} x', 0, "malformed-json"),
        (f'{{"orders":[{PLAIN},]}}', 0, "malformed-json"),
        (f"[{PLAIN}]", 1, None),
        (f"{PLAIN}\n{PLAIN}", 2, None),
    ],
)
def test_orders_stand_under_a_key(text: str, orders: int, reason: str | None) -> None:
    known = sender("json", orders_under="orders")
    checked = read(known, text.encode())

    assert checked.verdict.reason == reason
    assert checked.verdict.rows_accepted == orders
    with one_by_one():
        assert alike(read(known, text.encode())) == alike(checked)


def test_constants_are_given_or_a_part_of_the_file_s_name() -> None:
    header = ORDER_COLUMNS.replace("store_id", "x")
    known = sender(constants={"store_id": Constant(from_file_name="till-(.+)-")})

    assert read(known, csv_file(CSV_ROW, header=header), "till-S9-1.csv").rows == [
        CSV_ROW.replace("S1", "S9")
    ]
    refused = read(known, csv_file(CSV_ROW, header=header), "other.csv").verdict
    assert refused.reason == "name-error"


@pytest.mark.parametrize(
    ("encoding", "text", "rows_accepted"),
    [
        ("cp1252", "Größe €".encode("cp1252"), 1),
        ("cp1252", b"A\x81", 0),
        ("latin-1", "Größe".encode("latin-1"), 1),
        ("utf-16", None, 1),
    ],
)
def test_encodings(encoding: str, text: bytes | None, rows_accepted: int) -> None:
    content = csv_file(CSV_ROW)
    if text is None:
        content = content.decode().encode("utf-16")
    else:
        content = content.replace(b",A,", b"," + text + b",")
    checked = read(sender(encoding=encoding), content)

    assert checked.verdict.rows_accepted == rows_accepted
    assert checked.reasons == ["encoding-error"] * (1 - rows_accepted)


def test_utf_16_that_is_cut_off_refuses_the_file() -> None:
    content = csv_file(CSV_ROW).decode().encode("utf-16")[:-1]

    assert read(sender(encoding="utf-16"), content).verdict.reason == "encoding-error"


def test_lines_are_numbered_within_their_order_wherever_they_stand() -> None:
    cells = [CSV_ROW.replace("O1", name) for name in ("O1", "O2", "O1", "O1")]
    content = csv_file(*cells)
    checked = read(sender(line_numbers="by_position"), content)

    assert [row.split(",")[4] for row in checked.rows] == ["1", "1", "2", "3"]


def test_every_sender_s_file_is_right_and_says_so_with_line_and_key(
    tmp_path: Path,
) -> None:
    text = (SENDERS / "german-spreadsheet.yml").read_text(encoding="utf-8")
    for old, new, message in [
        (
            "delimiter: semicolon",
            "delimiter: ';'",
            "line 8, is wrong: delimiter is ';'",
        ),
        ("Artikel: sku_id", "Artikel: sku", "columns.Artikel is 'sku', which is no"),
        ("Artikel: sku_id", "quantity: sku_id", "is the contract's own name"),
        ("Europe/Berlin", "Europe/Berlim", "timestamps.time_zone is no time zone"),
        ('thousands_sign: "."', 'thousands_sign: ","', "is the decimal sign too"),
        ("encoding: cp1252", "encoding: cp850", "encoding is 'cp850'"),
        ("encoding: cp1252", "speed: 1", "speed is not a key"),
        ("encoding: cp1252", "orders_under: x", "orders_under has no use for csv"),
        ("encoding: cp1252", "add_up: true", "add_up has no use for orders"),
        (
            "encoding: cp1252",
            "constants: {colour: red}",
            "constants.colour is no column",
        ),
        ("encoding: cp1252", "constants: {sku_id: A}", "sku_id is a column already"),
        ("encoding: cp1252", "passed_over: [Menge]", "'Menge', which is read"),
        ("values: [Summe, Gesamt]", "colour: x", "colour is not a key"),
        ("feed: orders", "feed: stock\nversion: 2", "version is not a key"),
        ("format: csv", "format: xml", "format is 'xml', not one of 'json' or 'csv'"),
        ("name: german-spreadsheet\n", "", "name is missing"),
    ]:
        path = tmp_path / "german-spreadsheet.yml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        assert old in text
        load_senders.cache_clear()
        with pytest.raises(UsageError) as raised:
            load_senders(tmp_path)
        assert message in str(raised.value), new
        assert "german-spreadsheet.yml, line " in str(raised.value)
    load_senders.cache_clear()


def test_two_senders_of_one_name_are_refused(tmp_path: Path) -> None:
    text = (SENDERS / "tab-till.yml").read_text(encoding="utf-8")
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(text, encoding="utf-8")

    with pytest.raises(
        UsageError, match=r"b.yml, line 3, is wrong: name is used twice"
    ):
        load_senders(tmp_path)
