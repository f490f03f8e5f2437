"""What the gate accepts is what a plain reading of the rules accepts.

The reading here shares no code with the gate: no regular expression, values
checked character by character, files written by the standard library.
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gate_files import ORDER_COLUMNS, check

COLUMNS = ORDER_COLUMNS.split(",")
DIGITS = "0123456789"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

TIMES = {
    "2026-01-01T10:00": True,
    "2026-01-01 10:00:00.5+01:00": True,
    "1900-01-01T00:00Z": True,
    "2026-13-01T10:00": False,
    "2026-01-01T1:00": False,
    "2026-01-01T10:00:00,5": False,
    "tomorrow": False,
}
IDS = st.one_of(
    st.sampled_from(
        [
            "#1001",
            "CAM/4567",
            "Größe 5",
            "A",
            "SKU-00123",
            "00123",
            "x" * 64,
            "x" * 65,
            ".a",
            "a b",
            "ä",
        ]
    ),
    st.text(alphabet='A1.-_ ,;"\n\r\tä\u0661', max_size=6),
)
NUMBERS = st.one_of(
    st.decimals(-2, 10**10 + 1, places=3, allow_nan=False).map(lambda n: f"{n:f}"),
    st.sampled_from(
        [
            "1",
            " 1 ",
            "+1",
            "1e3",
            "1.",
            ".5",
            "1.0000",
            "-0",
            "\u0661",
            "2.0",
            "1.0005",
            "0",
        ]
    ),
    st.text(alphabet="0123456789.-", max_size=18),
)
VALUES = {
    "order_id": IDS,
    "store_id": IDS,
    "pos_id": IDS,
    "ordered_at": st.sampled_from(sorted(TIMES)),
    "line_number": NUMBERS,
    "sku_id": IDS,
    "quantity": NUMBERS,
    "unit_price": NUMBERS,
}
GOOD = dict(
    zip(COLUMNS, ["O", "S", "P", "2026-01-01T10:00", "1", "A", "2", "3"], strict=True)
)


def rows() -> st.SearchStrategy[dict[str, str]]:
    """Good rows in which some cells are replaced."""
    change = st.sampled_from(COLUMNS).flatmap(
        lambda name: st.tuples(st.just(name), VALUES[name])
    )
    return st.lists(change, max_size=2).map(lambda changes: {**GOOD, **dict(changes)})


def is_id(text: str) -> bool:
    allowed = LETTERS + DIGITS
    signs = "!#$%&'()*+-./:;<=>?@[]^_`{|}~ "
    others = "äöß\u0661"
    return 1 <= len(text) <= 64 and all(
        letter in allowed + signs + others for letter in text
    )


def number(text: str, places: int) -> Decimal | None:
    whole, point, rest = text.removeprefix("-").partition(".")
    while len(rest) > places and rest.endswith("0"):
        rest = rest[:-1]
    if not 1 <= len(whole) <= 15 or (point and not 1 <= len(rest) <= places):
        return None
    if any(letter not in DIGITS for letter in whole + rest):
        return None
    return Decimal(text)


def is_fine(name: str, text: str, *, is_json: bool) -> bool:
    if not text:
        return name in ("pos_id", "unit_price") or (is_json and name == "line_number")
    if name.endswith("_id"):
        return is_id(text)
    if name == "ordered_at":
        return TIMES[text]
    if name == "unit_price":
        return True
    if name == "line_number":
        whole, point, rest = text.partition(".")
        is_number = bool(whole) and all(letter in DIGITS for letter in whole)
        is_number = is_number and (not point or (rest != "" and not rest.strip("0")))
        return is_number and 1 <= int(whole) <= 999_999_999
    value = number(text, 3)
    return value is not None and -9_999_999_999 <= value <= 9_999_999_999


def is_price(text: str) -> bool:
    value = number(text, 4)
    return value is not None and 0 <= value <= Decimal("999999999.9999")


def accepted(row: dict[str, str], *, is_json: bool = False) -> dict[str, str] | None:
    stripped = {name: text.strip(" \t") for name, text in row.items()}
    fine = all(is_fine(name, stripped[name], is_json=is_json) for name in COLUMNS)
    if stripped["unit_price"] and not is_price(stripped["unit_price"]):
        stripped["unit_price"] = ""
    return (
        {name: landed(name, text) for name, text in stripped.items()} if fine else None
    )


def landed(name: str, text: str) -> str:
    """A value without the zeros that the column does not count."""
    if name == "line_number":
        return text.partition(".")[0]
    whole, point, rest = text.partition(".")
    places = {"quantity": 3, "unit_price": 4}.get(name)
    return f"{whole}{point}{rest[:places]}" if places else text


@given(
    found=st.lists(rows(), max_size=8),
    columns=st.permutations(COLUMNS),
    delimiter=st.sampled_from(",;"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_csv(
    found: list[dict[str, str]],
    columns: list[str],
    delimiter: str,
    line_end: str,
    quoting: Any,
) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(
        text, columns, delimiter=delimiter, lineterminator=line_end, quoting=quoting
    )
    writer.writeheader()
    writer.writerows(found)
    checked = check(text.getvalue().encode(), "csv")
    found_rows = list(csv.DictReader(io.StringIO(checked.landed.decode())))

    assert found_rows == [row for row in map(accepted, found) if row]
    assert checked.verdict.rows_read == len(found)


@given(
    orders=st.lists(st.lists(rows(), min_size=1, max_size=4), max_size=4),
    layout=st.sampled_from(["lines", "array", "indented array"]),
    ascii_only=st.booleans(),
)
def test_json(
    orders: list[list[dict[str, str]]], layout: str, ascii_only: bool
) -> None:
    documents = [
        {
            **{name: lines[0][name] for name in COLUMNS[:4]},
            "lines": [{name: row[name] for name in COLUMNS[4:]} for row in lines],
        }
        for lines in orders
    ]
    if layout == "lines":
        texts = [json.dumps(item, ensure_ascii=ascii_only) for item in documents]
        content = "\n".join([*texts, "[]"])
    else:
        indent = 1 if layout == "indented array" else None
        content = json.dumps(documents, ensure_ascii=ascii_only, indent=indent)
    checked = check(content.encode())

    expected = []
    for lines in orders:
        for position, row in enumerate(lines, start=1):
            header = {name: lines[0][name] for name in COLUMNS[:4]}
            taken = accepted({**row, **header}, is_json=True)
            if taken:
                number = taken["line_number"] or str(position)
                expected.append({**taken, "line_number": number})
    found = [
        {name: {**order, **row}[name] or "" for name in COLUMNS}
        for order in checked.orders
        for row in order["lines"]
    ]
    assert found == expected


@given(st.binary(max_size=200), st.sampled_from(["json", "csv"]))
def test_any_bytes_get_a_verdict(content: bytes, file_format: str) -> None:
    verdict = check(content, file_format).verdict

    assert verdict.rows_read == verdict.rows_accepted + verdict.rows_refused


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            *(
                b"{",
                b"}",
                b"[",
                b"]",
                b",",
                b":",
                b";",
                b'"',
                b"\\",
                b" ",
                b"\n",
                b"\r\n",
            ),
            *(b"\0", b"\xff", b"null", b"NaN", b"1", b"1e5", b"sku_id,"),
            *(b'"lines"', b'"order_id"', b'{"lines":[{}]}'),
        ]
    ),
    max_size=30,
).map(b"".join)


@given(FRAGMENTS, st.sampled_from([b"", b"[", ORDER_COLUMNS.encode() + b"\n"]))
def test_any_mixture_of_tokens_gets_a_verdict(content: bytes, start: bytes) -> None:
    for file_format in ("json", "csv"):
        verdict = check(start + content, file_format).verdict
        assert sum(verdict.refused_by_reason.values()) == verdict.rows_refused
