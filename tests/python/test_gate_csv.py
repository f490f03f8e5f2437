"""CSV files of orders and stock: what is taken, what is refused, and why."""

from __future__ import annotations

import gzip

import pytest

from gate_files import CSV_ROW, ORDER_COLUMNS, STOCK_COLUMNS, check, csv_file

BAD = CSV_ROW.replace(",2,", ",two,")
WIDE = f"{ORDER_COLUMNS},note"


def none_is_left(reasons: list[str]) -> str | None:
    return "threshold-exceeded" if reasons else None


def noted(note: str) -> str:
    return f"{CSV_ROW},{note}"


# content, accepted rows, reasons of refused rows
ROWS: dict[str, tuple[bytes, int, list[str]]] = {
    "plain": (csv_file(CSV_ROW, CSV_ROW), 2, []),
    "header only": (csv_file(), 0, []),
    "CR LF": (csv_file(CSV_ROW, end="\r\n"), 1, []),
    "no line end at the end": (csv_file(CSV_ROW)[:-1], 1, []),
    "byte order mark": (b"\xef\xbb\xbf" + csv_file(CSV_ROW), 1, []),
    "blank lines are no rows": (csv_file("", CSV_ROW, " \t", ""), 1, []),
    "blank lines before the header": (b"\n \r\n" + csv_file(CSV_ROW), 1, []),
    "delimiters alone are a row": (csv_file(CSV_ROW, ",,,,,,,"), 1, ["constraint"]),
    "too few delimiters": (csv_file(CSV_ROW, ",,,"), 1, ["missing-cell"]),
    "semicolons": (csv_file(CSV_ROW).replace(b",", b";"), 1, []),
    "a row too long": (csv_file(f"{CSV_ROW},"), 0, ["extra-cell"]),
    "a row too short": (csv_file(CSV_ROW[:-5]), 0, ["missing-cell"]),
    "blanks around cells": (csv_file(CSV_ROW.replace(",", " \t, ")), 1, []),
    "quoted cells": (csv_file('"' + CSV_ROW.replace(",", '","') + '"'), 1, []),
    "quoted header": (
        csv_file(CSV_ROW, header='"' + ORDER_COLUMNS.replace(",", '","') + '"'),
        1,
        [],
    ),
    "quoted delimiter": (csv_file(noted('"a,b"'), header=WIDE), 1, []),
    "quoted line end": (
        csv_file(noted('"a\nb\r\n"'), CSV_ROW + ",", header=WIDE),
        2,
        [],
    ),
    "doubled quotes": (csv_file(noted('"a""b"'), noted('""""'), header=WIDE), 2, []),
    "quoted empty": (csv_file(noted('""'), header=WIDE), 1, []),
    "doubled quotes before a line end": (
        csv_file(noted('"a""\nb"""'), header=WIDE),
        1,
        [],
    ),
    "a quote inside a cell": (csv_file(noted('x"y'), header=WIDE), 0, ["quote-error"]),
    "text behind a quote": (csv_file(noted('"a"b'), header=WIDE), 0, ["quote-error"]),
    "blank before a quote": (csv_file(noted(' "a"'), header=WIDE), 0, ["quote-error"]),
    "blank behind a quote": (csv_file(noted('"a" '), header=WIDE), 0, ["quote-error"]),
    "a stray quote does not swallow the next row": (
        csv_file(noted('x"'), noted('"a"x"y'), noted("z"), header=WIDE),
        1,
        ["quote-error", "quote-error"],
    ),
    "backslashes are data": (csv_file(noted("a\\"), header=WIDE), 1, []),
    "a lone CR is data": (csv_file(noted("a\rb"), header=WIDE), 1, []),
    "a lone CR in an id": (csv_file(CSV_ROW.replace("A", "A\rB")), 0, ["type-error"]),
    "not UTF-8 in an unknown column": (
        csv_file(noted("x"), header=WIDE) + noted("K\xf6ln").encode("latin-1"),
        1,
        ["encoding-error"],
    ),
    "NUL": (csv_file(noted("\0"), noted("x"), header=WIDE), 1, ["encoding-error"]),
    "NUL in a quoted cell": (
        csv_file(noted('"a\n\0"'), noted("x"), header=WIDE),
        1,
        ["encoding-error"],
    ),
    "any order of columns": (
        b"quantity,sku_id,x,line_number,ordered_at,store_id,order_id\n"
        b"2,A,,1,2026-01-01 10:00,S1,O1\n",
        1,
        [],
    ),
    "line_number is mandatory": (
        csv_file(CSV_ROW.replace(",1,A", ",,A")),
        0,
        ["constraint"],
    ),
    "malformed optional value": (
        csv_file(CSV_ROW.replace("S1,P1", 'S1,"P\\"')),
        0,
        ["type-error"],
    ),
    "malformed price": (csv_file(CSV_ROW[:-4] + "x"), 1, []),
}


@pytest.mark.parametrize("case", ROWS)
def test_rows_are_accepted_or_refused_with_a_reason(case: str) -> None:
    content, accepted, reasons = ROWS[case]
    checked = check(content, "csv")

    named = [
        reason.replace("constraint-error", "constraint") for reason in checked.reasons
    ]
    assert checked.verdict.reason == (None if accepted else none_is_left(reasons))
    assert named == reasons
    assert len(checked.rows) == checked.verdict.rows_accepted == accepted
    assert checked.verdict.rows_read == accepted + len(reasons)
    assert b'"' not in checked.landed


# content, reason for which the file is refused whole
FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "source-error"),
    "blank": (b"\xef\xbb\xbf \r\n\n", "source-error"),
    "no header": (f"{CSV_ROW}\n".encode(), "missing-label"),
    "a mandatory column missing": (b"order_id,store_id\n1,2\n", "missing-label"),
    "names in another case": (
        csv_file(CSV_ROW).replace(b"sku", b"SKU"),
        "missing-label",
    ),
    "tabs": (csv_file(CSV_ROW).replace(b",", b"\t"), "missing-label"),
    "doubled name": (csv_file(header=f"{ORDER_COLUMNS}, sku_id"), "duplicate-label"),
    "doubled unknown name": (csv_file(header=f"{WIDE},note"), "duplicate-label"),
    "blank name": (csv_file(header=f"{ORDER_COLUMNS}, "), "blank-label"),
    "header not UTF-8": (b"\xff," + csv_file(), "encoding-error"),
    "NUL in the header": (b"\0," + csv_file(), "encoding-error"),
    "a quote never closed": (csv_file(CSV_ROW, noted('"'), CSV_ROW), "unclosed-quote"),
    "a quote never closed at the end": (csv_file(CSV_ROW) + b'"', "unclosed-quote"),
    "a quote never closed in the header": (b'"' + csv_file(CSV_ROW), "unclosed-quote"),
    "UTF-16": (csv_file(CSV_ROW).decode().encode("utf-16"), "encoding-error"),
    "UTF-16 without mark": (csv_file().decode().encode("utf-16-be"), "encoding-error"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_read_counts_no_row(case: str) -> None:
    content, reason = FILES[case]
    verdict = check(content, "csv").verdict

    assert verdict.reason == reason
    assert (verdict.rows_read, verdict.rows_accepted, verdict.rows_refused) == (0, 0, 0)


def test_landed_columns_stand_in_contract_order_and_absent_ones_are_empty() -> None:
    checked = check(
        b"note;quantity;sku_id;line_number;ordered_at;store_id;order_id\r\n"
        b'"a;""b";2.50; "A";1;2026-01-01 10:00;S1;O1\r\n'
        b'"a;""b";2.50;"A";1;2026-01-01 10:00;S1;O1\r\n',
        "csv",
    )

    assert checked.landed.decode() == (
        f"{ORDER_COLUMNS}\nO1,S1,,2026-01-01 10:00,1,A,2.50,\n"
    )
    assert checked.verdict.unknown_fields == 1


def test_refused_rows_name_their_physical_line() -> None:
    content = csv_file(
        noted('"\n\n"'), noted('"\n"').replace(",A,", ',"?,",'), header=WIDE
    )
    (reject,) = check(content, "csv").rejects

    assert (reject.line, reject.column, reject.value) == (5, "sku_id", "?,")
    assert reject.raw.count("\n") == 1


def test_a_quote_never_closed_is_found_where_it_opens() -> None:
    verdict = check(csv_file(CSV_ROW, noted('"a\n"b",\n"c')), "csv").verdict

    assert verdict.reason == "unclosed-quote"
    assert verdict.first_error_line is not None


STOCK: list[tuple[str, bool]] = [
    ("W1,A,2026-01-01T22:00Z,-5,0,1.5", True),
    ("W1,A,,0,,", True),
    ("W1,A,,-999999999999999.999,,", True),
    ("W1,A,,,1,1", False),
    (",A,,1,,", False),
    ("W1,A,yesterday,1,,", False),
    ("W1,A,,1,x,", False),
    ("W1,A,,1e3,,", False),
    ("W1,A,,1.0005,,", False),
    ("W1,A,,1000000000000000,,", False),
]


@pytest.mark.parametrize(("row", "is_accepted"), STOCK)
def test_stock_rows(row: str, is_accepted: bool) -> None:
    checked = check(csv_file(row, header=STOCK_COLUMNS), "csv", feed="stock")

    assert checked.rows == ([row] if is_accepted else [])


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        (95, 5, None),
        (94, 5, "threshold-exceeded"),
        (5, 4, None),
        (5, 5, "threshold-exceeded"),
        (0, 1, "threshold-exceeded"),
    ],
)
def test_a_share_strictly_above_the_threshold_of_five_rows_refuses_the_file(
    good: int, bad: int, reason: str | None
) -> None:
    content = csv_file(*[CSV_ROW] * good, *[BAD] * bad)
    checked = check(content, "csv", share="0.05")
    verdict = checked.verdict

    assert verdict.reason == reason
    assert verdict.rows_read == good + bad
    assert verdict.rows_refused == (good + bad if reason else bad)
    assert sum(verdict.refused_by_reason.values()) == verdict.rows_refused
    assert len(checked.rejects) == bad


PACKED = gzip.compress(csv_file(*[CSV_ROW] * 1000), mtime=0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (PACKED, None),
        (
            gzip.compress(csv_file(CSV_ROW), mtime=0)
            + gzip.compress(f"{CSV_ROW}\n".encode()),
            None,
        ),
        (PACKED[:-1], "compression-error"),
        (PACKED[: len(PACKED) // 2], "compression-error"),
        (PACKED[:5], "compression-error"),
        (PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], "compression-error"),
        (PACKED + b"trailing", "compression-error"),
        (csv_file(CSV_ROW), "compression-error"),
        (gzip.compress(b" \n", mtime=0), "source-error"),
        (b"", "source-error"),
    ],
)
def test_gzip_is_read_to_its_end_or_refused_whole(
    content: bytes, reason: str | None
) -> None:
    verdict = check(content, "csv", compression="gzip").verdict

    assert verdict.reason == reason
    assert bool(verdict.rows_read) is (reason is None)


def test_a_record_over_the_cap_refuses_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("text", "csv.records"):
        monkeypatch.setattr(f"ingestion.gate.reading.{module}.MAX_RECORD", 1000)
    monkeypatch.setattr("ingestion.gate.reading.csv.table.BLOCK", 100)
    for big in (noted("x" * 5000), noted('"' + "x\n" * 2500)):
        verdict = check(csv_file(CSV_ROW, big, CSV_ROW), "csv").verdict
        assert (verdict.reason, verdict.rows_read) == ("record-too-large", 0)


def test_too_many_cells_are_not_read_into_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("csv.header", "csv.records"):
        monkeypatch.setattr(f"ingestion.gate.reading.{module}.MAX_COLUMNS", 20)
    many = "," * 500
    assert check(csv_file(header=ORDER_COLUMNS + many), "csv").verdict.reason == (
        "record-too-large"
    )
    rows = csv_file(CSV_ROW + many, f'"O1"{many}', CSV_ROW)
    assert check(rows, "csv").reasons == ["extra-cell"] * 2
