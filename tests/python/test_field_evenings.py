"""Evenings as real tills and warehouses send them, from the inbox to the orders.

Made after public reports of people who run such pipelines; the content is made up. What
the gate does with each file stands in test_gate_field_cases.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from postgres_states import state_folder
from small_retailer import Retailer, quantities

FIRST, AGAIN, EXPORT, NO_WAREHOUSE, CLOSED = (f"2026-01-0{day}" for day in range(5, 10))
SKUS = (
    "RET", "PRI", "TIM", "ZER", "OLD", "HALF", "ZERO", "00123", "4006381333931",
    "SKU-1", "TEA-250", "TIN-1", "CUP-1",
)  # fmt: skip
MASTER = {
    "products": "sku_id,name,pack_size,unit,status\n"
    + "".join(f"{sku},,1,EA,\n" for sku in SKUS),
    "suppliers": "supplier_id,name,lead_time_days,currency,min_order_value\n"
    "SUP,One,3,EUR,\n",
    "product_suppliers": "sku_id,supplier_id,priority,unit_price\n"
    + "".join(f"{sku},SUP,1,1\n" for sku in SKUS),
    "replenishment_rules": "sku_id,moq,safety_stock\nCUP-1,,1\n",
    "stores": "store_id,name,region\n001,One,N\nS2,Two,S\n",
    "warehouses": "warehouse_id,name,region,capacity\n01,North,N,\n",
}
HEADER = "order_id,store_id,ordered_at,line_number,sku_id,quantity,unit_price\n"
STOCK = "warehouse_id,sku_id,available,reserved\n"
TIMES = (
    "2026-01-05T10:00:00+0100",
    "2026-01-05T10:00:00.0000000+01:00",
    "2026-01-05 10:00:00 +0100",
)
SHOP_EXPORT = """\
Name,Created at,Lineitem quantity,Lineitem name,Lineitem sku,Location,Cancelled at
#1001,2026-01-07 10:00:00 +0100,2,"Tea, 250 g",TEA-250,S2,
,,1,Tin,TIN-1,,
#1002,2026-01-07 11:00:00 +0100,4,Cup,CUP-1,S2,2026-01-07 12:00:00 +0100
"""


def order_row(order_id: str, sku: str, quantity: str, **changes: str) -> str:
    given = {"store": "S2", "at": f"{FIRST}T10:00", "line": "1", "price": "", **changes}
    cells = (given["store"], given["at"], given["line"], sku, quantity, given["price"])
    return ",".join((order_id, *cells)) + "\n"


def first_evening(retailer: Retailer) -> None:
    sold = [order_row(f"R{number}", "RET", "10") for number in range(12)]
    sold += [order_row("R12", "RET", "-1"), order_row("R13", "ZERO", "3")]
    sold.append(order_row("R13", "ZERO", "0", at=f"{FIRST}T11:00"))
    files = {
        "returns.csv": sold,
        "prices.csv": [order_row("P", "PRI", "8", price='"1,99"')],
        "decimals.csv": [
            order_row("Z", "ZER", "1.0000", line=str(number)) for number in range(1, 4)
        ],
        "old.csv": [order_row("O", "OLD", "1", at="2026-01-02T23:59:59")],
        "half.csv": [order_row("H", "HALF", "1.5")],
        "near.csv": [
            order_row("N1", "123.0", "1", store="1"),
            order_row("N2", "04006381333931", "1", store="1"),
            order_row("N3", "sku-1", "1", store="1"),
        ],
    }
    for name, rows in files.items():
        retailer.drop("orders", FIRST, name, HEADER + "".join(rows))
    times = "".join(
        f'{{"order_id":"T{number}","store_id":"S2","ordered_at":"{at}",'
        '"lines":[{"sku_id":"TIM","quantity":1}]}\n'
        for number, at in enumerate(TIMES)
    )
    retailer.drop("orders", FIRST, "times.jsonl", times)
    stock = "".join(f"01,{sku},0,0\n" for sku in SKUS)
    # Cut off in the last row, for all that anybody knows.
    retailer.drop("stock", FIRST, "stock.csv", STOCK + stock.rstrip("\n"))
    renamed = STOCK.replace("reserved", "Reserved")
    retailer.drop("stock", FIRST, "named.csv", f"{renamed}01,RET,9,0\n")
    for name in ("late.csv.filepart", "Thumbs.db"):
        retailer.drop("orders", FIRST, name, "x")
    for place in ("20260105/s1.csv", "till3.csv", f"{FIRST}/S4/orders.csv"):
        retailer.drop("orders", ".", place, HEADER)


def later_evenings(retailer: Retailer) -> None:
    inbox = retailer.work / "inbox"
    for feed, name in (("orders", "returns.csv"), ("stock", "stock.csv")):
        text = (inbox / feed / FIRST / name).read_text()
        retailer.drop(feed, AGAIN, f"again-{name}", text)
    retailer.drop("orders", EXPORT, "orders_export_1.csv", SHOP_EXPORT)
    half = SKUS[: len(SKUS) // 2]
    part = STOCK + "".join(f"01,{sku},0,0\n" for sku in half)
    retailer.drop("stock", EXPORT, "stock.csv", part)
    retailer.drop("orders", NO_WAREHOUSE, "o.csv", HEADER)
    retailer.drop("stock", NO_WAREHOUSE, "s.csv", STOCK + "1,RET,0,0\n")
    retailer.drop("stock", CLOSED, "s.csv", STOCK + "01,CUP-1,0,0\n")


@dataclass(frozen=True)
class Evenings:
    """What the runs said, and the retailer whose lake holds what they published."""

    retailer: Retailer
    said: str
    summary: dict[str, Any]

    def about(self, day: str, code: str) -> list[dict[str, Any]]:
        """Exceptions of a code: what is filled in, message apart."""
        rows = self.retailer.document(f"output/exceptions/{day}.json")["exceptions"]
        named = ("sku_id", "store_id", "warehouse_id", "file_name", "quantity")
        return [
            {name: row[name] for name in named if row[name] is not None}
            for row in rows
            if row["code"] == code
        ]

    def messages(self, day: str, code: str) -> list[str]:
        rows = self.retailer.document(f"output/exceptions/{day}.json")["exceptions"]
        return [row["message"] for row in rows if row["code"] == code]


@pytest.fixture(scope="module")
def evenings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evenings]:
    with state_folder() as state:
        retailer = Retailer(tmp_path_factory.mktemp("evenings"), state)
        retailer.load(**MASTER)
        first_evening(retailer)
        later_evenings(retailer)
        done = retailer.batch("--from", FIRST, "--to", EXPORT)
        assert done.returncode == 0, done.stderr
        (summary,) = retailer.summaries("--date", FIRST)
        yield Evenings(retailer, done.stderr, summary)


def test_what_was_sold_is_ordered_and_nothing_else(evenings: Evenings) -> None:
    ordered = quantities(evenings.retailer.orders(FIRST))

    assert ordered == {
        # twelve times ten; the one that came back is no demand and no stock
        "RET": 120, "PRI": 8, "TIM": 3, "ZER": 3, "OLD": 1, "HALF": 2, "CUP-1": 1,
    }  # fmt: skip


def test_odd_rows_and_files_are_told(evenings: Evenings) -> None:
    assert evenings.about(FIRST, "old_orders") == [{"store_id": "S2", "quantity": 1}]
    assert evenings.about(FIRST, "fractional_quantity") == [
        {"sku_id": "HALF", "quantity": Decimal("1.5")}
    ]
    assert evenings.about(FIRST, "unreadable_price") == [
        {"file_name": "prices.csv", "quantity": 1}
    ]
    assert evenings.about(FIRST, "unterminated_file") == [{"file_name": "stock.csv"}]
    assert evenings.about(FIRST, "conflicting_duplicate") == [
        {"sku_id": "ZERO", "store_id": "S2", "quantity": 3}
    ]


def test_a_column_that_is_nearly_right_refuses_its_file_by_name(
    evenings: Evenings,
) -> None:
    # Names of transfers and desktops are passed over; the folder is no file.
    refused = [row["file_name"] for row in evenings.about(FIRST, "refused_file")]
    (message,) = [
        text for text in evenings.messages(FIRST, "refused_file") if "stock" in text
    ]

    assert refused == ["S4", "named.csv"]
    assert "Reserved" in message


def test_unknown_ids_name_the_nearly_equal_one(evenings: Evenings) -> None:
    skus = [row["sku_id"] for row in evenings.about(FIRST, "unknown_sku")]
    said = evenings.messages(FIRST, "unknown_sku")
    assert [
        (sku, text.rpartition(" ")[2]) for sku, text in zip(skus, said, strict=True)
    ] == [
        ("04006381333931", "4006381333931"),
        ("123.0", "00123"),
        ("sku-1", "SKU-1"),
    ]

    assert evenings.messages(FIRST, "unknown_store")[0].endswith("perhaps it is 001")
    missing = evenings.messages(FIRST, "missing_feed")
    assert missing[0].endswith("rows came from the unknown store 1")


def test_files_where_no_date_finds_them_are_named(evenings: Evenings) -> None:
    named = evenings.summary["misplaced_files"]

    assert len(named) == 3
    for place in ("orders/20260105/s1.csv", "orders/till3.csv", "S4/orders.csv"):
        assert place in evenings.said
        assert place in " ".join(named)


def test_the_same_bytes_on_the_next_date_are_reported_and_counted(
    evenings: Evenings,
) -> None:
    assert quantities(evenings.retailer.orders(AGAIN)) == {"RET": 120, "CUP-1": 1}
    assert evenings.about(AGAIN, "repeated_file") == [
        {"file_name": "again-returns.csv", "quantity": 15},
        {"file_name": "again-stock.csv", "quantity": len(SKUS)},
    ]
    assert all(FIRST in text for text in evenings.messages(AGAIN, "repeated_file"))
    assert evenings.about(FIRST, "repeated_file") == []


def test_a_date_of_nothing_but_a_shop_platforms_export_is_ordered(
    evenings: Evenings,
) -> None:
    ordered = quantities(evenings.retailer.orders(EXPORT))

    # The cancelled order takes its cup back; the rule keeps one.
    assert ordered == {"TEA-250": 2, "TIN-1": 1, "CUP-1": 1}


def test_a_warehouse_that_sends_a_part_is_reported(evenings: Evenings) -> None:
    missing = len(SKUS) - len(SKUS) // 2
    assert evenings.about(EXPORT, "shrunken_snapshot") == [
        {"warehouse_id": "01", "quantity": missing}
    ]
    assert evenings.about(AGAIN, "shrunken_snapshot") == []


def test_a_warehouse_under_another_id_refuses_the_date_and_is_named(
    evenings: Evenings,
) -> None:
    retailer = evenings.retailer
    refused = retailer.batch("--date", NO_WAREHOUSE)

    assert refused.returncode == 3
    assert "unknown warehouse 1: is it 01?" in refused.stderr
    assert "read as zero" in refused.stderr

    allow = ("--vars", "{allow_missing_warehouses: true}")
    assert retailer.batch("--date", NO_WAREHOUSE, *allow).returncode == 0
    (unknown,) = evenings.messages(NO_WAREHOUSE, "unknown_warehouse")
    assert unknown.endswith("perhaps it is 01")
    assert "rows came from the unknown warehouse 1" in " ".join(
        evenings.messages(NO_WAREHOUSE, "missing_feed")
    )


def test_a_closed_day_is_ordered_from_stock_and_rules_and_all_of_it_replays(
    evenings: Evenings,
) -> None:
    retailer = evenings.retailer
    refused = retailer.batch("--date", CLOSED)
    assert refused.returncode == 3
    assert "allow_no_orders" in refused.stderr

    closed = ("--vars", "{allow_no_orders: true}")
    assert retailer.batch("--date", CLOSED, *closed).returncode == 0
    assert quantities(retailer.orders(CLOSED)) == {"CUP-1": 1}
    # The last snapshot of the warehouse is that of the date before the one it missed.
    assert evenings.about(CLOSED, "shrunken_snapshot") == [
        {"warehouse_id": "01", "quantity": len(SKUS) // 2}
    ]

    replayed = retailer.summaries("--replay", "--from", FIRST, "--to", CLOSED)
    assert [day["replay"]["result"] for day in replayed] == ["identical"] * 5
