"""The exceptions document: its order, and its CSV."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ingestion.publication.documents import (
    EXCEPTION_COLUMNS,
    exceptions_csv,
    exceptions_json,
    sorted_exceptions,
)


def exception(**values: Any) -> dict[str, Any]:
    return {
        **dict.fromkeys(EXCEPTION_COLUMNS),
        "business_date": "2026-01-01",
        "code": "x",
        **values,
    }


def test_nulls_come_first_text_by_its_bytes_and_quantities_by_their_value() -> None:
    rows = [
        exception(sku_id="é"),
        exception(sku_id="a"),
        exception(sku_id="B", quantity=Decimal(10)),
        exception(sku_id="B", quantity=Decimal(9)),
        exception(sku_id="B"),
        exception(sku_id=None),
        exception(code="w", sku_id="z"),
    ]

    ordered = [
        (row["code"], row["sku_id"], row["quantity"]) for row in sorted_exceptions(rows)
    ]

    assert ordered == [
        ("w", "z", None),
        ("x", None, None),
        ("x", "B", None),
        ("x", "B", Decimal(9)),
        ("x", "B", Decimal(10)),
        ("x", "a", None),
        ("x", "é", None),
    ]


def test_a_date_without_exceptions_has_an_empty_list_and_a_header_alone() -> None:
    assert exceptions_json(date(2026, 1, 1), 1, []) == (
        b'{"schema_version":1,"business_date":"2026-01-01","version":1,'
        b'"exceptions":[]}\n'
    )
    assert exceptions_csv([]) == (",".join(EXCEPTION_COLUMNS) + "\n").encode()


def test_csv_quotes_only_where_needed_and_reads_back_as_written() -> None:
    awkward = 'a "quoted", name\r\nwith lines'
    rows = [exception(file_name=awkward, quantity=Decimal("1.500"), message=" plain ")]

    content = exceptions_csv(rows).decode()

    assert '"a ""quoted"", name\r\nwith lines",1.5, plain \n' in content
    header, row = csv.reader(io.StringIO(content, newline=""))
    assert dict(zip(header, row, strict=True))["file_name"] == awkward


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", " =", "\t=", "\uff1d"])
def test_csv_holds_no_text_that_a_spreadsheet_takes_for_a_formula(begin: str) -> None:
    formula = f'{begin}HYPERLINK("x")'
    texts = [name for name in EXCEPTION_COLUMNS if name != "quantity"]
    rows = [
        exception(**dict.fromkeys(texts, formula), quantity=Decimal("-2.5")),
        exception(message=f"says {formula}"),
    ]

    first, second = list(csv.DictReader(io.StringIO(exceptions_csv(rows).decode())))

    assert first == {**dict.fromkeys(texts, f"'{formula}"), "quantity": "-2.5"}
    assert second["message"] == f"says {formula}"
    # As it is where no spreadsheet reads it.
    assert json.loads(exceptions_json(date(2026, 1, 1), 1, rows))["exceptions"][0][
        "sku_id"
    ] == formula  # fmt: skip
