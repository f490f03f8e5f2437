"""What the gate says about a file names what was found, where, and the cure."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from dirty_files import dirty_files
from gate_files import (
    CSV_ROW,
    ORDER_COLUMNS,
    STOCK_COLUMNS,
    Checked,
    check,
    csv_file,
    line,
    order,
)
from ingestion.contracts.reasons import REASONS
from ingestion.gate.history.names import reading_of
from ingestion.gate.inbox import FORMATS

GOOD = order(f"[{line()}]")


def cells(**others: str) -> str:
    row = dict(zip(ORDER_COLUMNS.split(","), CSV_ROW.split(","), strict=True))
    return ",".join({**row, **others}.values())


# format, content, what the message has to say
SAID: dict[str, tuple[str, bytes, list[str]]] = {
    "sep line": ("csv", b"sep=;\n" + csv_file(), ["sep=; was found in line 1", "take"]),
    "tabs": ("csv", csv_file(CSV_ROW).replace(b",", b"\t"), ["separated by tabs"]),
    "pipes": ("csv", csv_file(CSV_ROW).replace(b",", b"|"), ["separated by pipes"]),
    "case": (
        "csv", csv_file(CSV_ROW, header=ORDER_COLUMNS.upper()),
        ["differ only in case", "ORDER_ID", "Write order_id"],
    ),
    "optional in another case": (
        "csv", csv_file(CSV_ROW, header=ORDER_COLUMNS.replace("pos_id", "POS-ID")),
        ["'POS-ID' is nearly 'pos_id'", "Name it pos_id"],
    ),
    "no header": ("csv", csv_file(CSV_ROW, header=CSV_ROW), ["put the header before"]),
    "JSON as CSV": ("csv", b"[1]\n", ["looks like JSON", ".json"]),
    "HTML as CSV": ("csv", b"<html>\n", ["looks like a page"]),
    "zip": ("csv", b"PK\x03\x04....", ["a zip file", "Unpack it"]),
    "spreadsheet": (
        "csv", b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", ["spreadsheet file"],
    ),
    "old spreadsheet": ("csv", b"\xd0\xcf\x11\xe0....", ["spreadsheet file (.xls)"]),
    "PDF": ("json", b"%PDF-1.7", ["a PDF", "Export"]),
    "gzip by another name": (
        "csv",
        gzip.compress(csv_file(), mtime=0),
        ["a gzip", ".gz"],
    ),
    "UTF-16": ("csv", csv_file().decode().encode("utf-16"), ["UTF-16", "as UTF-8"]),
    "header again": (
        "csv", csv_file(CSV_ROW, ORDER_COLUMNS), ["header stands here again", "take"],
    ),
    "total row": (
        "csv", csv_file(CSV_ROW, "Total,,,,,,10,10.00"), ["total row", "take it out"],
    ),
    "short row": ("csv", csv_file("O1,S1"), ["2 cells, the header 8"]),
    "formula": ("csv", csv_file(cells(sku_id='="00123"')), ['="..."', "digits alone"]),
    "decimal comma": ("csv", csv_file(cells(quantity='"1,5"')), ["a point", "'1,5'"]),
    "thousands": ("csv", csv_file(cells(quantity='"1,234.5"')), ["thousands"]),
    "exponent": ("csv", csv_file(cells(quantity="1E3")), ["without an exponent"]),
    "plus": ("csv", csv_file(cells(quantity="+1")), ["without a plus sign"]),
    "minus": ("csv", csv_file(cells(quantity="1-")), ["the minus before it"]),
    "decimals": ("csv", csv_file(cells(quantity="1.0005")), ["at most 3 decimals"]),
    "most": (
        "csv", csv_file(cells(quantity="99999999999")), ["the most of 9999999999"],
    ),
    "absent": ("csv", csv_file(cells(quantity="")), ["quantity is mandatory", "fill"]),
    "time": ("csv", csv_file(cells(ordered_at="5.1.2026")), ["YYYY-MM-DD hh:mm"]),
    "year": ("csv", csv_file(cells(ordered_at="1026-01-01T10:00")), ["1900 to 2100"]),
    "no such time": (
        "csv", csv_file(cells(ordered_at="2026-02-30 10:00")), ["does not exist"],
    ),
    "comma in an id": (
        "csv", csv_file(cells(sku_id='"A,B"')), ["sku_id holds a comma"],
    ),
    "odd blank": ("csv", csv_file(cells(sku_id="A\u00a0B")), ["holds U+00A0"]),
    "long id": ("csv", csv_file(cells(sku_id="x" * 65)), ["more than 64"]),
    "open quote": ("csv", csv_file(CSV_ROW, '"'), ["opens on line 3", "Close it"]),
    "glued": (
        "json", (GOOD + GOOD).encode(), ["more JSON after the first", "per line"],
    ),
    "comma behind": ("json", f"{GOOD},\n{GOOD},".encode(), ["comma stands after"]),
    "envelope": (
        "json", f'{{"orders":[{GOOD}]}}'.encode(), ["under the key 'orders'", "array"],
    ),
    "no lines": ("json", b'{"order_id":"O1"}', ["has no lines"]),
    "NaN": ("json", order(f"[{line(quantity='NaN')}]").encode(), ["NaN is not JSON"]),
    "cut off": ("json", GOOD[:-1].encode(), ["ends early"]),
    "CSV as JSON": ("json", csv_file(), ["looks like CSV", ".csv"]),
    "array cut off": (
        "json", f"[{GOOD},\n{GOOD[:-1]}".encode(), ["ends early on line 2"],
    ),
    "number as id": (
        "json", order(order_id="1.5").encode(), ["is the number 1.5", "text"],
    ),
    "array as value": (
        "json", order(f"[{line(quantity='[]')}]").encode(), ["an array"],
    ),
    "text for an object": ("json", b'"x"', ["one JSON object"]),
}  # fmt: skip


def message(checked: Checked) -> str:
    """What stands in the load history, or of the first refused row."""
    if checked.rejects:
        return checked.rejects[0].message
    return checked.verdict.reason_message or ""


@pytest.mark.parametrize("case", SAID)
def test_a_refusal_says_what_was_found_and_what_is_wanted(case: str) -> None:
    file_format, content, parts = SAID[case]
    said = message(check(content, file_format))

    assert [part for part in parts if part not in said] == [], said


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (csv_file(CSV_ROW), "plain text. Take .gz off"),
        (b"PK\x03\x04....", "a zip file"),
        (gzip.compress(csv_file(CSV_ROW), mtime=0)[:-5], "ends early"),
        (gzip.compress(b"PK\x03\x04....", mtime=0), "a zip file"),
    ],
)
def test_what_a_gzip_is_instead(content: bytes, part: str) -> None:
    assert part in message(check(content, "csv", compression="gzip"))


@pytest.mark.parametrize(
    ("sku", "part"),
    [("4.00638E+12", "as a number by a spreadsheet"), ("'00123", "apostrophe")],
)
def test_ids_that_a_spreadsheet_changed_are_noted(sku: str, part: str) -> None:
    rows = [cells(sku_id=sku, line_number=str(n)) for n in range(1, 20)]
    contents = {
        "csv": csv_file(CSV_ROW, *rows),
        "json": f"{GOOD}\n{order(f'[{line(sku_id=json.dumps(sku))}]')}".encode(),
    }
    for file_format, content in contents.items():
        (note,) = check(content, file_format).verdict.notes
        assert note.startswith(f"sku_id {sku} ")
        assert part in note


def test_the_verdict_on_a_file_bears_its_first_refusal() -> None:
    checked = check(
        csv_file(CSV_ROW, *[cells(quantity="1,5")] * 6), "csv", share="0.05"
    )
    verdict = checked.verdict
    assert verdict.reason == "threshold-exceeded"
    assert verdict.reason_message == (
        "6 of 7 rows are refused, more than the 5 % that the contract allows. Line 3: "
        "The row has more than 8 cells, the header 8: write a delimiter for every "
        "column, and quotes around a cell that holds one."
    )
    verdict = check(csv_file(*[cells(sku_id='"A,"')] * 6), "csv").verdict
    assert (verdict.first_error_line, verdict.first_error_column) == (2, "sku_id")
    assert verdict.first_error_value == "A,"


#: By code: a file of it; codes given for a name alone are tested with the inbox.
BY_CODE: dict[str, tuple[str, bytes, dict[str, Any]]] = {
    "missing-cell": ("csv", csv_file("x"), {}),
    "extra-cell": ("csv", csv_file(f"{CSV_ROW},x"), {}),
    "type-error": ("csv", csv_file(cells(quantity="x")), {}),
    "constraint-error": ("csv", csv_file(cells(quantity="")), {}),
    "duplicate-label": ("json", order(x="1", X="2").encode(), {}),
    "quote-error": ("csv", csv_file(cells(sku_id='A"B')), {}),
    "malformed-json": ("json", b"{", {}),
    "encoding-error": ("csv", csv_file(CSV_ROW) + b"\xff", {}),
    "nesting-too-deep": ("json", order(x="[" * 100 + "]" * 100).encode(), {}),
    "threshold-exceeded": ("csv", csv_file("x"), {}),
    "source-error": ("csv", b" ", {}),
    "missing-label": ("csv", b"a,b\n", {}),
    "blank-label": ("csv", csv_file(header=f"{ORDER_COLUMNS},"), {}),
    "incorrect-label": ("csv", csv_file(header=f"{ORDER_COLUMNS},Pos_Id"), {}),
    "unclosed-quote": ("csv", csv_file('"'), {}),
    "compression-error": ("csv", b"x", {"compression": "gzip"}),
    "format-error": ("csv", b"PK\x03\x04", {}),
}
BY_NAME = {"name-error", "link", "folder", "special-file", "file-changing"}
#: Their files are large, or need terms of a contract.
ELSEWHERE = {"record-too-large", "decompression-bomb", "row-constraint", "file-refused"}
CURES = (
    "write", "send", "take", "name", "save", "fill", "close", "double", "begin",
    "export",
    "correct", "put", "unpack", "let",
)  # fmt: skip


def test_every_code_has_a_file_and_a_cure() -> None:
    assert {*BY_CODE, *BY_NAME, *ELSEWHERE, "checksum-error"} == set(REASONS)
    for code, (file_format, content, terms) in BY_CODE.items():
        checked = check(content, file_format, **terms)
        said = {reject.reason: reject.message for reject in checked.rejects}
        said[checked.verdict.reason or ""] = checked.verdict.reason_message or ""
        assert any(cure in said[code].lower() for cure in CURES), said


def test_every_refusal_of_the_corpus_has_a_cure() -> None:
    for case in dirty_files():
        reading = reading_of(case.name)
        if not reading or reading.format not in FORMATS[case.feed]:
            continue
        checked = check(
            case.content, reading.format, feed=case.feed, share="0.05",
            compression=reading.compression,
        )  # fmt: skip
        said = [reject.message for reject in checked.rejects]
        said += [checked.verdict.reason_message or ""] if checked.verdict.reason else []
        for text in said:
            assert any(cure in text.lower() for cure in CURES), text


def test_a_stock_file_with_a_column_nearly_right_is_refused_by_name() -> None:
    header = STOCK_COLUMNS.replace("reserved", "Reserved")
    verdict = check(
        csv_file("W1,R,,10,10,", header=header), "csv", feed="stock"
    ).verdict

    assert verdict.reason == "incorrect-label"
    assert verdict.first_error_column == "Reserved"
