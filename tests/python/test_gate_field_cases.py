"""Small files after public reports of people who run such pipelines."""

from __future__ import annotations

import pytest

from gate_files import CSV_ROW, STOCK_COLUMNS, check, csv_file, line, order
from ingestion.contracts.senders import sender_of


def quantities(file_format: str, content: bytes) -> list[str]:
    """Landed quantities; the file has to be accepted whole."""
    checked = check(content, file_format, share="0.05")
    assert checked.verdict.reason is None, checked.verdict.reason_message
    assert checked.rejects == []
    if file_format == "csv":
        return [row.split(",")[6] for row in checked.rows]
    return [row["quantity"] for item in checked.orders for row in item["lines"]]


def test_one_return_among_13_rows_is_a_row_like_the_others() -> None:
    rows = [CSV_ROW.replace("O1", f"O{n}").replace(",2,", ",10,") for n in range(12)]
    found = quantities("csv", csv_file(*rows, CSV_ROW.replace(",2,", ",-1,")))

    assert found == ["10"] * 12 + ["-1"]


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-05T10:00:00+0100",
        "2026-01-05T10:00:00.0000000+01:00",
        "2026-01-05 10:00:00 +0100",
    ],
)
def test_times_as_libraries_write_them(at: str) -> None:
    (taken,) = check(order(ordered_at=f'"{at}"').encode()).orders

    assert taken["ordered_at"].replace("T", " ").replace(".000000", "") == (
        "2026-01-05 10:00:00+01:00"
    )


def test_a_price_that_no_rule_reads_loses_no_demand() -> None:
    discount = csv_file(*[CSV_ROW] * 6, CSV_ROW.replace("3.20", "-0.50"))
    floats = order(f"[{line(unit_price='3.1999999999999997')}]") + "\n"

    assert quantities("csv", discount) == ["2"] * 7
    assert quantities("json", floats.encode() * 8) == ["2"] * 8
    assert check(discount, "csv").verdict.unreadable_prices == 1
    assert check(floats.encode() * 8).verdict.unreadable_prices == 8


@pytest.mark.parametrize("end", ["", " ", ',"x"'])
def test_a_last_row_without_a_line_end_is_taken_and_told(end: str) -> None:
    header = f"{STOCK_COLUMNS},note" if end.startswith(",") else STOCK_COLUMNS
    first = "W1,A,,1200,,," if end.startswith(",") else "W1,A,,1200,,"
    content = csv_file(first, header=header) + f"W1,B,,12,,{end}".encode()

    for whole, is_unterminated in ((content, True), (content + b"\n", False)):
        verdict = check(whole, "csv", feed="stock").verdict
        assert verdict.rows_accepted == 2
        assert verdict.is_unterminated is is_unterminated


def test_a_shop_export_is_read_by_the_name_of_its_file() -> None:
    name = "shopify-orders_export.csv"
    content = (
        b"Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,"
        b"Lineitem price,Lineitem sku,Location,Cancelled at\n"
        b'#1001,,paid,2026-01-05 10:00:00 +0100,2,"Tea, 250 g",3.20,TEA-250,S1,\n'
        b"#1001,,,2026-01-05 10:00:00 +0100,1,Tin,5.00,TIN-1,S1,\n"
        b"#1002,,refunded,2026-01-05 11:00:00 +0100,4,Cup,7.00,CUP-1,S1,"
        b"2026-01-05 12:00:00 +0100\n"
    )
    sender = sender_of("orders", "csv", name)
    checked = check(content, "csv", sender=sender, file_name=name, share="0.05")

    assert checked.verdict.reason is None
    found = {row.split(",")[5]: row.split(",")[6] for row in checked.rows}
    assert found == {"TEA-250": "2", "TIN-1": "1", "CUP-1": "0"}


@pytest.mark.parametrize("text", ["1.0000", '"1.0000"'])
def test_four_decimals_of_which_the_last_is_zero(text: str) -> None:
    found = quantities("json", order(f"[{line(quantity=text)}]").encode())
    assert [float(one) for one in found] == [1.0]
    rows = csv_file(*[CSV_ROW.replace(",2,", ",2.0000,")] * 12)
    assert quantities("csv", rows) == ["2.000"] * 12
    refused = order(f"[{line(quantity='2.0005')}]")
    assert check(refused.encode()).reasons == ["type-error"]


@pytest.mark.parametrize(
    ("row", "noted"),
    [
        (CSV_ROW.replace(",A,", ",CAM/4567,"), ""),
        (CSV_ROW.replace("O1", "#1001"), ""),
        (CSV_ROW.replace("O1", "00591-006 0018"), ""),
        (CSV_ROW.replace(",A,", ",'00123,"), "apostrophe"),
        (CSV_ROW.replace(",A,", ",4.00638E+12,"), "spreadsheet"),
    ],
)
def test_ids_as_shops_write_them(row: str, noted: str) -> None:
    checked = check(csv_file(row), "csv")

    assert checked.rows == [row]
    assert noted in "".join(checked.verdict.notes)
    assert bool(noted) is bool(checked.verdict.notes)


def test_one_bad_row_does_not_sink_a_small_shop() -> None:
    bad = CSV_ROW.replace(",2,", ",two,")
    checked = check(csv_file(CSV_ROW, bad), "csv", share="0.05")

    assert (checked.verdict.reason, checked.verdict.rows_accepted) == (None, 1)
