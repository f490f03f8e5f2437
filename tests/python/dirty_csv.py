"""CSV cells, rows and files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dirty_case import CONSTRAINT, ID, PAD, TYPE, DirtyFile, Refusal, Row, slug
from dirty_rows import COLUMNS, CSV_ROW, json_order, order_row

_PLACES = {name: place for place, name in enumerate(COLUMNS.split(","))}
_PAD_CSV = "\n".join(
    [COLUMNS]
    + [CSV_ROW.replace(ID, "PAD").replace(",1,A", f",{n + 1},A") for n in range(PAD)]
)


def _csv(
    name: str,
    content: str | bytes,
    rows: tuple[Row, ...] = (),
    refused: tuple[Refusal, ...] = (),
) -> DirtyFile:
    dirty = content if isinstance(content, bytes) else content.encode()
    start = f"{_PAD_CSV}\n".encode()
    return DirtyFile(f"{name}.csv", start + dirty, "orders", PAD, rows, refused)


def _cells(**cells: str) -> str:
    """One CSV row in which some cells are others; written as given."""
    row = CSV_ROW.split(",")
    for name, text in cells.items():
        row[_PLACES[name]] = text
    return ",".join(row)


def csv_cells() -> Iterator[DirtyFile]:
    good: list[tuple[str, str, Any]] = [
        ("quantity", "60.000", {"quantity": "60.000"}),
        ("quantity", " 2 ", {}),
        ("quantity", '"2"', {}),
        ("quantity", "0007.5", {"quantity": "7.500"}),
        ("quantity", "9999999999", {"quantity": "9999999999.000"}),
        ("unit_price", "", {"price": None}),
        ("unit_price", " \t ", {"price": None}),
        ("unit_price", '""', {"price": None}),
        ("unit_price", "999999999.9999", {"price": "999999999.9999"}),
        ("pos_id", "", {"pos": None}),
        ("pos_id", '" "', {"pos": None}),
        ("sku_id", "00123", {"sku": "00123"}),
        ("sku_id", '"A"', {}),
        ("sku_id", '" A"', {}),
        ("sku_id", "NULL", {"sku": "NULL"}),
        ("line_number", "007", {"line": "7"}),
        ("ordered_at", "2026-01-01 10:00", {"at": "2026-01-01 10:00:00"}),
        ("ordered_at", "2026-01-01 10:00:00 +0100", {}),
        ("ordered_at", "2026-01-01T09:00:00.0000000Z", {}),
        *(("quantity", text, {"quantity": seen}) for text, seen in (
            ("0", "0.000"), ("-1", "-1.000"), ("-0.5", "-0.500"), ("1.0000", "1.000"),
            ("2.50000", "2.500"), ('"-3.0"', "-3.000"),
        )),
        *(("unit_price", text, {"price": None}) for text in (
            "3\u066b20", "EUR 3", "-1", "3.19999", '"3,20"', "1e1", "x" * 200,
        )),
        ("unit_price", "3.200000", {}),
        *(("sku_id", text, {"sku": text}) for text in (
            "a b", "\u00e4", "=cmd", "-A", "@SUM", "#1001", "CAM/4567",
            "Gr\u00f6\u00dfe 5", "'00123", "4.00638E+12", "a;b", "00591-006 0018",
        )),
        ("pos_id", "P 1", {"pos": "P 1"}),
        ("line_number", "1.0", {}),
    ]  # fmt: skip
    bad = [
        *(("quantity", text, TYPE) for text in (
            "1e3", "+1", '"1,5"', "1.2345", "two", "1 0", "\u0661", "0x1", "1\r", "--1",
            "1-", '"1,000.5"', "1.000.5", "12.", "1" * 16, "6E+2",
        )),
        *(("quantity", text, CONSTRAINT) for text in (
            "", " ", '""', "10000000000", "-10000000000",
        )),
        *(("sku_id", text, TYPE) for text in (
            "x" * 65, "A\\", '"A\nB"', '"A""B"', '"A,B"', "a\tb", "a\u00a0b", "\u200b",
        )),
        *(("order_id", text, CONSTRAINT) for text in ("", '" "')),
        *(("line_number", text, TYPE) for text in ("1.5", "-1", "I", "1.")),
        *(("line_number", text, CONSTRAINT) for text in ("", "0", "1000000000")),
        *(("ordered_at", text, TYPE) for text in (
            "2026-02-30T10:00", "2026-01-01", "10:00", "01/02/2026 10:00",
        )),
        ("ordered_at", "", CONSTRAINT),
    ]  # fmt: skip
    for key, text, seen in good:
        yield _csv(
            f"{key} {slug(text)} is taken", _cells(**{key: text}), (order_row(**seen),)
        )
    for key, text, reason in bad:
        refused = ((PAD + 2, reason, key),)
        yield _csv(
            f"{key} {slug(text)} is refused", f"{_cells(**{key: text})}\n{CSV_ROW}\n",
            (order_row(),), refused,
        )  # fmt: skip


def csv_rows() -> Iterator[DirtyFile]:
    here, row = PAD + 2, order_row()
    bad: dict[str, tuple[str | bytes, str]] = {
        "short row": (f"{ID},S1", "missing-cell"),
        "one cell": ("x", "missing-cell"),
        "long row": (f"{CSV_ROW},x", "extra-cell"),
        "delimiter at the end": (f"{CSV_ROW},", "extra-cell"),
        "semicolons in a row": (CSV_ROW.replace(",", ";"), "missing-cell"),
        "quote inside a cell": (_cells(sku_id='A"B'), "quote-error"),
        "text after a quote": (_cells(sku_id='"A"B'), "quote-error"),
        "quote after a blank": (_cells(sku_id=' "A"'), "quote-error"),
        "not UTF-8": (CSV_ROW.encode() + b"\xff", "encoding-error"),
        "NUL": (_cells(sku_id="A\0"), "encoding-error"),
        "NUL in quotes": (_cells(sku_id='"A\0"'), "encoding-error"),
    }
    for name, (text, reason) in bad.items():
        dirty = text if isinstance(text, bytes) else text.encode()
        content = dirty + b"\n" + CSV_ROW.encode()
        yield _csv(f"row with {name}", content, (row,), ((here, reason, None),))
    yield _csv("row of commas", ",,,,,,,", (), ((here, CONSTRAINT, "order_id"),))
    yield _csv("blank lines", f"\n \t\n{CSV_ROW}\n\n", (row,))
    yield _csv("CR LF", f"{CSV_ROW}\r\n{CSV_ROW}\r\n", (row, row))
    yield _csv("CR LF, none at the end", f"{CSV_ROW}\r\n{CSV_ROW}", (row, row))
    yield _csv(
        "every cell quoted",
        ",".join(f'"{cell}"' for cell in CSV_ROW.split(",")),
        (row,),
    )
    broken = _cells(sku_id='"A\n"')
    yield _csv(
        "quoted newline in a row", f"{broken}\n{CSV_ROW}\n", (row,),
        ((here, TYPE, "sku_id"),),
    )  # fmt: skip
    yield _csv("formula in quotes", _cells(sku_id='="00123"'), (), (
        (here, "quote-error", None),
    ))  # fmt: skip
    yield _csv("header again", f"{COLUMNS}\n{CSV_ROW}", (row,), (
        (here, TYPE, "ordered_at"),
    ))  # fmt: skip
    yield _csv("total row", f"{CSV_ROW}\nTotal,,,,,,10,10.00\n", (row,), (
        (here + 1, CONSTRAINT, "store_id"),
    ))  # fmt: skip


def csv_files() -> Iterator[DirtyFile]:
    row = order_row()
    shuffled = ",".join(reversed(COLUMNS.split(",")))
    backwards = ",".join(reversed(CSV_ROW.split(",")))
    good = {
        "other column order": (f"{shuffled}\n{backwards}\n", 1),
        "semicolons": (f"{COLUMNS}\n{CSV_ROW}\n".replace(",", ";"), 1),
        "byte order mark": (f"\ufeff{COLUMNS}\n{CSV_ROW}\n", 1),
        "unknown column": (f"{COLUMNS},note\n{CSV_ROW},x\n", 1),
        "unknown column with quoted newlines": (
            f'{COLUMNS},note\n{CSV_ROW},"x\n""y"",\r\n"\n',
            1,
        ),
        "backslash in an unknown column": (
            f'{COLUMNS},note\n{CSV_ROW},"\\"\n{CSV_ROW},\\\n',
            2,
        ),
        "quoted header": (
            f'"{COLUMNS.replace(",", chr(34) + "," + chr(34))}"\n{CSV_ROW}\n ',
            1,
        ),
        "blanks in the header": (f"{COLUMNS.replace(',', ' , ')}\n{CSV_ROW}\n", 1),
        "header without rows": (f"{COLUMNS} \n", 0),
        "blank lines before the header": (f"\n \n{COLUMNS}\n{CSV_ROW}\n", 1),
        "capital extension": (f"{COLUMNS}\n{CSV_ROW}\n\n\n", 1),
    }
    for name, (text, count) in good.items():
        extension = "CSV" if "capital" in name else "csv"
        yield DirtyFile(f"{name}.{extension}", text.encode(), rows=(row,) * count)
    yield DirtyFile(
        "optional columns absent.csv",
        f"order_id,store_id,ordered_at,line_number,sku_id,quantity\n"
        f"{ID},S1,2026-01-01T10:00:00+01:00,1,A,2".encode(),
        rows=(order_row(price=None, pos=None),),
    )
    refused = {
        "unclosed quote": (
            f'{COLUMNS}\n{CSV_ROW}\n"{CSV_ROW}\n{CSV_ROW}\n',
            "unclosed-quote",
        ),
        "unclosed quote in the header": (f'"{COLUMNS}\n{CSV_ROW}', "unclosed-quote"),
        "no header": (f"{CSV_ROW}\n{CSV_ROW}\n", "missing-label"),
        "missing column": (
            f"{COLUMNS.replace('sku_id', 'sku')}\n{CSV_ROW}\n",
            "missing-label",
        ),
        "optional column in another case": (
            f"{COLUMNS.replace('pos_id', 'Pos_ID')}\n{CSV_ROW}\n",
            "incorrect-label",
        ),
        "optional column with a hyphen": (
            f"{COLUMNS.replace('unit_price', 'unit-price')}\n{CSV_ROW}\n",
            "incorrect-label",
        ),
        "a column in another case beside it": (
            f"{COLUMNS},SKU ID\n{CSV_ROW},x\n",
            "incorrect-label",
        ),
        "sep line": (f"sep=;\n{COLUMNS}\n{CSV_ROW}\n", "missing-label"),
        "pipes": (f"{COLUMNS}\n{CSV_ROW}\n".replace(",", "|"), "missing-label"),
        "a zip": ("PK\x03\x04 @@", "format-error"),
        "a PDF": ("%PDF-1.7 @@", "format-error"),
        "header in capitals": (f"{COLUMNS.upper()}\n{CSV_ROW}\n", "missing-label"),
        "doubled column": (f"{COLUMNS},sku_id\n{CSV_ROW},A\n", "duplicate-label"),
        "doubled unknown column": (
            f"{COLUMNS},x,x\n{CSV_ROW},1,2\n",
            "duplicate-label",
        ),
        "blank column name": (f"{COLUMNS},\n{CSV_ROW},\n", "blank-label"),
        "tabs": (f"{COLUMNS}\n{CSV_ROW}\n".replace(",", "\t"), "missing-label"),
        "lone CR as line end": (f"{COLUMNS}\r{CSV_ROW}\r", "incorrect-label"),
        "NUL in the header": (f"{COLUMNS},\0\n{CSV_ROW},x\n", "encoding-error"),
        "nothing but blanks": ("\n\n \t\r\n", "source-error"),
        "JSON in a CSV file": (json_order(), "quote-error"),
        "HTML in a CSV file": ("<html><body>502</body></html>", "missing-label"),
    }
    for name, (text, reason) in refused.items():
        yield DirtyFile(f"{name}.csv", text.encode(), reason=reason)
    yield DirtyFile("no byte.csv", b"\xef\xbb\xbf \n", reason="source-error")
    yield DirtyFile(
        "header not UTF-8.csv", f"{COLUMNS},\xfc\n{CSV_ROW},x\n".encode("latin-1"),
        reason="encoding-error",
    )  # fmt: skip
    for encoding in ("utf-16", "utf-16-le", "utf-32-be"):
        content = f"{COLUMNS}\n{CSV_ROW}\n".encode(encoding)
        yield DirtyFile(f"{encoding}.csv", content, reason="encoding-error")
    yield DirtyFile(
        "over the threshold.csv",
        "\n".join([COLUMNS, *[CSV_ROW] * 94, *[_cells(quantity="x")] * 5]).encode(),
        reason="threshold-exceeded", read=99,
    )  # fmt: skip
    yield DirtyFile(
        "no row accepted.csv", f"{COLUMNS}\n{_cells(quantity='x')}\n".encode(),
        reason="threshold-exceeded", read=1,
    )  # fmt: skip
    yield DirtyFile(
        "four bad rows of a small shop.csv",
        (f"{COLUMNS}\n{CSV_ROW}\n" + f"{_cells(quantity='x')}\n" * 4).encode(),
        rows=(row,), refused=tuple((n, TYPE, "quantity") for n in (3, 4, 5, 6)),
    )  # fmt: skip
    for name in (
        "notes.txt",
        "orders.xlsx",
        "orders.json.zip",
        "orders",
        "orders.parquet",
    ):
        yield DirtyFile(name, f"{ID} {name}".encode(), reason="format-error")
    yield DirtyFile(
        "bell\a.csv", f"{COLUMNS}\n{CSV_ROW}\n  ".encode(), reason="name-error"
    )
    yield DirtyFile(
        "line\nend.csv", f"{COLUMNS}\n{CSV_ROW}\n ".encode(), reason="name-error"
    )
    yield DirtyFile(
        "..\\..\\x.csv", f"{COLUMNS}\n{CSV_ROW}\n\t".encode(), reason="name-error"
    )
