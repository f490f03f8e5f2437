"""Scanning whole runs of rows gives what reading each of them gives."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_files import CSV_ROW, ORDER_COLUMNS, Checked, check, line, order
from ingestion.contracts import Column, load_contracts
from ingestion.gate import csv_rows as csv_rows_module
from ingestion.gate import fit_lines, proofs
from ingestion.gate.values import check_for

COLUMNS = {column.name: column for column in load_contracts()["orders", "json"].columns}


def read_one_by_one(content: bytes) -> Checked:
    """The same without any run: no line is ever taken for another one's like."""
    with mock.patch.object(fit_lines.FitLines, "learn"):
        return check(content)


def texts(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


@pytest.mark.parametrize("name", ["line_number", "quantity", "unit_price"])
@given(data=st.data())
def test_a_proved_number_passes_its_check(name: str, data: st.DataObject) -> None:
    column = COLUMNS[name]
    text = data.draw(texts(proofs.number(column) or ""))

    assert check_for(column)(text) is None
    assert json.loads(text) is not None


@given(text=texts(proofs.TIMESTAMP))
def test_a_proved_time_passes_its_check(text: str) -> None:
    assert check_for(COLUMNS["ordered_at"])(text) is None


@given(text=texts(proofs.ID))
def test_a_proved_id_passes_its_check(text: str) -> None:
    assert check_for(COLUMNS["sku_id"])(text) is None


@pytest.mark.parametrize(
    ("low", "high", "fine", "not_proved"),
    [
        ("0.001", "99", ["1", "9.999", "0.001"], ["0", "0.000", "10", "99"]),
        ("0", None, ["0", "0.5", "123456789012"], ["1234567890123"]),
        ("-5", "1000", ["0", "999.999"], ["-1", "1000"]),
        ("0.5", "9.999", ["1", "9.999"], ["0.5", "0.4"]),
    ],
)
def test_bounds_are_kept(
    low: str, high: str | None, fine: Sequence[str], not_proved: Sequence[str]
) -> None:
    pattern = proofs.compiled(proofs.number(bounded(low, high)) or proofs.NOTHING)

    assert all(pattern.fullmatch(text.encode()) for text in fine)
    assert not any(pattern.fullmatch(text.encode()) for text in not_proved)


def test_bounds_that_no_pattern_can_prove() -> None:
    assert proofs.number(bounded("2", "99")) is None
    assert proofs.number(bounded("0", "9")) is None


def bounded(low: str, high: str | None) -> Column:
    most = None if high is None else Decimal(high)
    return Column("x", "quantity", True, "", None, Decimal(low), most)


def orders() -> st.SearchStrategy[str]:
    """Orders of a few senders, some of them changed in one place."""
    number = st.sampled_from(
        ["1", "2.5", "0.35", '"7"', "0", "1e3", "99999999999", "x"]
    )
    price = st.sampled_from(["3.20", "null", "", '" "', "-1", "0.0001", '"4.00"'])
    sku = st.sampled_from(['"A"', '"SKU-1"', "12", '"\\u0041"', '" A"', '"?"', "null"])
    row = st.builds(
        lambda n, q, p, s: line(line_number=n, quantity=q, unit_price=p, sku_id=s),
        st.sampled_from(["1", "2", '"3"', "", "null"]), number, price, sku,
    )  # fmt: skip
    plain = st.just(line(unit_price="3.20"))
    rows = st.lists(st.one_of(plain, plain, row), max_size=4).map(",".join)
    return st.builds(
        lambda lines, store, keys: order(f"[{lines}]", store_id=store, **keys),
        rows,
        st.sampled_from(['"S1"', '"S2"', "7", '" S"', "null"]),
        st.sampled_from([{}, {}, {}, {"pos_id": "null"}, {"x": "1"}, {"X": '"\\n"'}]),
    )


@given(
    found=st.lists(
        st.one_of(
            st.just(order()), st.just(order(store_id='"S9"')), orders(),
            st.sampled_from(["", " ", "[]", "{", order()[:-1], order() + "x"]),
        ),
        max_size=30,
    ),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    swap=st.sampled_from([("", ""), ('":', '" : '), (",", " ,"), ("{", "{\t")]),
)  # fmt: skip
def test_runs_change_nothing(
    found: list[str], end: str, last: bool, swap: tuple[str, str]
) -> None:
    text = end.join(found) + (end if last else "")
    if swap[0]:
        text = text.replace(*swap)

    assert check(text.encode()) == read_one_by_one(text.encode())


@given(st.lists(st.integers(0, 255), max_size=3), st.data())
def test_bytes_changed_at_random_change_both_alike(
    changes: list[int], data: st.DataObject
) -> None:
    text = bytearray("\n".join([order(), order(f"[{line()},{line()}]")] * 3).encode())
    for change in changes:
        text[data.draw(st.integers(0, len(text) - 1))] = change

    assert check(bytes(text)) == read_one_by_one(bytes(text))


def test_fit_lines_are_landed_byte_for_byte() -> None:
    lines = [
        order(),
        order(store_id='"S2"').replace('":', '": ').replace(",", ", "),
        order(f"[{line(unit_price='null')}]", pos_id="null", order_id="4711"),
        '{"lines":[{"sku_id":"A","line_number":"2","quantity":"1.5"}],'
        '"ordered_at":"2026-02-28 10:00","store_id":"S","order_id":"O"}',
    ]
    content = "".join(f"{text}\n" for text in lines * 3).encode()

    assert check(content).landed == content
    assert check(content.rstrip()).landed == content


@pytest.mark.parametrize(
    "text",
    [
        order(order_id='" O1"'),
        order(order_id='"\\u004f"'),
        order(note="1"),
        order(f"[{line(line_number='')}]"),
        order(f"[{line()},1]"),
        order(f"[{line(quantity='9999999999')}]"),
        order().replace(",", ",\r"),
        order(ordered_at='"2028-02-29T10:00"'),
    ],
)
def test_other_lines_are_written_as_text(text: str) -> None:
    landed = check(f"{text}\n".encode()).landed

    (taken,) = [json.loads(one) for one in landed.splitlines()]
    assert set(taken) == {"order_id", "store_id", "pos_id", "ordered_at", "lines"}
    assert {type(value) for row in taken["lines"] for value in row.values()} <= {
        str, type(None),
    }  # fmt: skip


def csv_rows() -> st.SearchStrategy[str]:
    """Rows of which most are fit, some have one odd cell or a quote that stays open."""
    cell = st.sampled_from(["", "A", "1", " 1", "0", '"A"', '"', "é", "x,y", "1\n2"])
    return st.one_of(
        st.just(CSV_ROW),
        st.just(CSV_ROW.replace("S1", "S2").replace(",P1,", ",,")),
        st.tuples(st.integers(0, 7), cell).map(lambda change: _changed(*change)),
    )


def _changed(place: int, cell: str) -> str:
    cells = CSV_ROW.split(",")
    cells[place] = cell
    return ",".join(cells)


@given(
    found=st.lists(csv_rows(), max_size=40),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
)
def test_runs_of_csv_rows_change_nothing(
    found: list[str], end: str, last: bool
) -> None:
    content = (end.join([ORDER_COLUMNS, *found]) + (end if last else "")).encode()
    with mock.patch.object(csv_rows_module, "is_as_landed", return_value=False):
        expected = check(content, "csv")

    assert check(content, "csv") == expected
