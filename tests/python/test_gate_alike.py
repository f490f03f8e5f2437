"""Rows that are taken many at once fare as when each is read on its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate_files import (
    CSV_ROW,
    ORDER_COLUMNS,
    STOCK_COLUMNS,
    alike,
    check,
    csv_file,
    line,
    one_by_one,
    order,
)
from ingestion.contracts import Column, load_contracts
from ingestion.contracts.values import form_of
from ingestion.gate.reading import patterns

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

COLUMNS = {column.name: column for column in load_contracts()["orders", "json"].columns}


def require_alike(content: bytes, file_format: str, **terms: Any) -> None:
    with one_by_one():
        expected = alike(check(content, file_format, **terms))
    assert alike(check(content, file_format, **terms)) == expected


def texts(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


@pytest.mark.parametrize("name", ["line_number", "quantity", "unit_price"])
@given(data=st.data())
def test_a_number_of_the_pattern_is_landed_as_it_is(
    name: str, data: st.DataObject
) -> None:
    text = data.draw(texts(patterns.number(COLUMNS[name])))

    assert form_of(COLUMNS[name])(text) == text
    assert json.loads(text) is not None


@given(text=texts(patterns.TIMESTAMP))
def test_a_time_of_the_pattern_is_landed_as_it_is(text: str) -> None:
    assert form_of(COLUMNS["ordered_at"])(text) == text


@given(text=texts(patterns.ID))
def test_an_id_of_the_pattern_is_landed_as_it_is(text: str) -> None:
    assert form_of(COLUMNS["sku_id"])(text) == text


@pytest.mark.parametrize(
    ("low", "high", "fine", "not_proved"),
    [
        ("-99", "99", ["1", "9.999", "0.001", "-9.999"], ["10", "99", "-10", "-0"]),
        ("0", None, ["0", "0.5", "123456789012"], ["1234567890123", "-1"]),
        ("-5", "1000", ["0"], ["-1", "1000"]),
        ("1", "999.999", ["1", "99.999", "999.999"], ["0.4", "0"]),
        ("0", "9", ["0"], ["9", "9.5"]),
        ("2", "99", [], ["5"]),
    ],
)
def test_bounds_are_kept(
    low: str, high: str | None, fine: Sequence[str], not_proved: Sequence[str]
) -> None:
    most = None if high is None else Decimal(high)
    column = Column("x", "quantity", True, "x", None, Decimal(low), most)
    pattern, form = patterns.compiled(patterns.number(column)), form_of(column)

    taken = [text for text in fine if pattern.fullmatch(text.encode())]
    assert all(form(text) == text for text in fine)
    assert taken == [text for text in fine if text != "0"] or taken == fine
    assert not any(pattern.fullmatch(text.encode()) for text in not_proved)


def orders() -> st.SearchStrategy[str]:
    """Orders of a few senders, some of them changed in one place."""
    number = st.sampled_from(
        ["1", "2.5", "0.35", '"7"', "0", "1e3", "99999999999", "x", "-0", "-3",
         "1.0000", "2.00000000000000001", "true", "[1]", '"1.0"', "1.0"]
    )  # fmt: skip
    price = st.sampled_from(
        ["3.20", "null", "", '" "', "-1", "0.0001", '"4.00"', "3.1999999999999997",
         "false", "[[1]]", '{"a":1,"A":2}', '{"a":1,"a":2}', "1E+1"]
    )  # fmt: skip
    sku = st.sampled_from(
        ['"A"', '"SKU-1"', "12", '"\\u0041"', '" A"', '"?"', "null", "1.0", "-0", "1",
         "12345678901234567890", '"ä"', '"\\ud800"', '"a:\\":"']
    )  # fmt: skip
    row = st.builds(
        lambda n, q, p, s: line(line_number=n, quantity=q, unit_price=p, sku_id=s),
        st.sampled_from(["1", "2", '"3"', "", "null", "1.0", "1e0", '" "']),
        number, price, sku,
    )  # fmt: skip
    plain = st.just(line(unit_price="3.20"))
    other = st.sampled_from(['{"quantity":2,"sku_id":"A"}', "1", "{}", "null"])
    rows = st.lists(st.one_of(plain, plain, row, other), max_size=4).map(",".join)
    return st.builds(
        lambda lines, store, keys: order(f"[{lines}]", store_id=store, **keys),
        rows,
        st.sampled_from(['"S1"', '"S2"', "7", '" S"', "null"]),
        st.sampled_from([
            {}, {}, {}, {"pos_id": "null"}, {"x": "1"}, {"X": '"\\n"'},
            {"x": '[{"y":{"z":1}}]'}, {"x": '{"y":1,"Y":2}'}, {"x": '":"'},
            {"x": "[" * 99 + "]" * 99}, {"x": "[" * 100 + "]" * 100},
            {"x": '{"y":1,"y":1}'}, {"order_Id": "1"},
        ]),
    )  # fmt: skip


LINES = st.lists(
    st.one_of(
        st.just(order()), st.just(order(store_id='"S9"')), orders(),
        st.sampled_from(["", " ", "[]", "{", order()[:-1], order() + "x", "null", "1"]),
    ),
    max_size=30,
)  # fmt: skip
SWAPS = [("", ""), ('":', '" : '), (",", " ,"), ("{", "{\t")]


@given(
    found=LINES,
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    swap=st.sampled_from(SWAPS),
)
def test_json_lines(
    found: list[str], end: str, last: bool, swap: tuple[str, str]
) -> None:
    text = end.join(found) + (end if last else "")
    if swap[0]:
        text = text.replace(*swap)

    require_alike(text.encode(), "json")


@given(
    found=st.lists(st.one_of(st.just(order()), orders()), max_size=12),
    between=st.sampled_from([",", ",\n", " , ", ",\r\n  "]),
    behind=st.sampled_from(["]", "]\n", " ]", "", ",]", "]x", "] []", ",1]"]),
    size=st.sampled_from([50, 300, 1 << 18]),
    swap=st.sampled_from(SWAPS),
)
def test_json_arrays(
    found: list[str], between: str, behind: str, size: int, swap: tuple[str, str]
) -> None:
    text = f"[{between.join(found)}{behind}"
    if swap[0]:
        text = text.replace(*swap)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingestion.gate.reading.json.arrays.BLOCK", size)
        require_alike(text.encode(), "json")


@given(st.lists(st.integers(0, 255), max_size=3), st.booleans(), st.data())
def test_bytes_changed_at_random(
    changes: list[int], is_array: bool, data: st.DataObject
) -> None:
    between = "," if is_array else "\n"
    joined = between.join([order(), order(f"[{line()},{line()}]")] * 3)
    text = bytearray((f"[{joined}]" if is_array else joined).encode())
    for change in changes:
        text[data.draw(st.integers(0, len(text) - 1))] = change

    require_alike(bytes(text), "json")


def test_fit_lines_are_landed_byte_for_byte() -> None:
    lines = [
        order(),
        order(store_id='"S2"').replace('":', '": ').replace(",", ", "),
        order(f"[{line(unit_price='null')}]", pos_id="null", order_id="4711"),
        '{"lines":[{"sku_id":"A","line_number":"2","quantity":"1.5"}],'
        '"ordered_at":"2026-02-28 10:00","store_id":"S","order_id":"O"}',
    ]
    for text in lines:
        content = f"{text}\n".encode()
        # The first are written anew: what the others look like is learned from them.
        assert check(content * 9).landed.endswith(content * 7)


@pytest.mark.parametrize(
    "text",
    [
        order(order_id='" O1"'),
        order(order_id='"\\u004f"'),
        order(note="1"),
        order(f"[{line(line_number='')}]"),
        order(f"[{line(quantity='9999999999')}]"),
        order().replace(",", ",\r"),
        order(ordered_at='"2028-02-29T10:00"'),
    ],
)
def test_other_lines_are_written_as_text(text: str) -> None:
    landed = check(f"{text}\n{text}\n".encode()).landed

    for one in landed.splitlines():
        taken = json.loads(one)
        assert set(taken) == {"order_id", "store_id", "pos_id", "ordered_at", "lines"}
        assert {type(value) for row in taken["lines"] for value in row.values()} <= {
            str, type(None),
        }  # fmt: skip


def csv_rows() -> st.SearchStrategy[str]:
    """Rows of which most are fit, some have one odd cell or a quote that stays open."""
    cell = st.sampled_from(
        ["", "A", "1", " 1", "0", '"A"', '"', "é", "x,y", '"x,y"', '"x""y"', "1\n2",
         '"1\n2"', "\r", '"\r"', "1.0000", "-1", "x" * 101, '"A" ', ' "A"', "2.0"]
    )  # fmt: skip
    return st.one_of(
        st.just(CSV_ROW),
        st.just(CSV_ROW.replace("S1", "S2").replace(",P1,", ",,")),
        st.just(",".join(f'"{cell}"' for cell in CSV_ROW.split(","))),
        st.just(""), st.just(" \t"), st.just(ORDER_COLUMNS),
        st.tuples(st.integers(0, 7), cell).map(lambda change: _changed(*change)),
    )  # fmt: skip


def _changed(place: int, cell: str) -> str:
    cells = CSV_ROW.split(",")
    cells[place] = cell
    return ",".join(cells)


@given(
    found=st.lists(csv_rows(), max_size=40),
    header=st.sampled_from(
        [ORDER_COLUMNS, ORDER_COLUMNS.replace("pos_id", "till"), f'"x",{ORDER_COLUMNS}']
    ),
    delimiter=st.sampled_from(",;"),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    bad=st.sampled_from([b"", b"\xff", b"\0"]),
)
def test_csv_rows(
    found: list[str], header: str, delimiter: str, end: str, last: bool, bad: bytes
) -> None:
    text = end.join([header, *found]) + (end if last else "")
    content = text.replace(",", delimiter).encode()

    require_alike(content + bad, "csv")


@given(
    cells=st.lists(
        st.lists(
            st.sampled_from(["W", "A", "1", "2.5", "-3", "", " ", "2026-01-01T05:00Z"]),
            min_size=6, max_size=6,
        ),
        max_size=20,
    ),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)  # fmt: skip
def test_stock_rows_with_their_rule(cells: list[list[str]], quoting: Any) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=quoting).writerows([STOCK_COLUMNS.split(","), *cells])

    require_alike(text.getvalue().encode(), "csv", feed="stock")


def test_many_rows_cross_the_blocks_in_which_they_are_read() -> None:
    rows = [
        CSV_ROW.replace("O1", f"O{n}").replace(",A,", f",A{n},") for n in range(9000)
    ]
    rows[4000] = rows[4000].replace(",2,", ",x,")
    for odd in ('"A"', '"A,"', '"A\n"', " A"):
        rows[7000] = CSV_ROW.replace(",A,", f",{odd},")
        require_alike(csv_file(*rows), "csv")
