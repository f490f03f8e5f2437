"""Names of columns that only one sender uses, and rules across columns."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gate_files import (
    CSV_ROW,
    ORDER_COLUMNS,
    STOCK_COLUMNS,
    check,
    csv_file,
    line,
    order,
)
from ingestion.contracts import Rule, Sender, load_contracts

KASSA = Sender(
    "kassa",
    ("kassa-*", "*.Kassa.csv"),
    (("bon", "order_id"), ("positionen", "lines"), ("artikel", "sku_id")),
)
TERMS: dict[str, Any] = {"senders": (KASSA,)}
PLAIN = order(f"[{line()}]")
OWN = (
    PLAIN.replace("order_id", "bon")
    .replace("lines", "positionen")
    .replace("sku_id", "artikel")
)


def test_a_sender_is_known_by_the_name_of_its_file() -> None:
    contract = replace(load_contracts()["orders", "csv"], senders=(KASSA,))

    assert contract.sender_of("KASSA-7.csv") == "kassa"
    assert contract.sender_of("x.kassa.csv") == "kassa"
    assert contract.sender_of("other.csv") is None


def test_a_sender_s_csv_is_landed_under_the_contract_s_names() -> None:
    header = ORDER_COLUMNS.replace("sku_id", "artikel").replace("order_id", "bon")
    own = csv_file(CSV_ROW, header=header)

    assert check(own, "csv", sender="kassa", **TERMS).landed == csv_file(CSV_ROW)
    assert check(own, "csv", **TERMS).verdict.reason == "missing-label"
    both = csv_file(f"{CSV_ROW},A", header=f"{ORDER_COLUMNS},artikel")
    assert (
        check(both, "csv", sender="kassa", **TERMS).verdict.reason == "duplicate-label"
    )
    assert check(both, "csv", **TERMS).verdict.unknown_fields == 1


def test_a_sender_s_json_is_landed_under_the_contract_s_names() -> None:
    refused = OWN.replace('"quantity":2', '"quantity":0')
    content = f"{OWN}\n{PLAIN}\n{refused}\n".encode()
    checked = check(content, sender="kassa", **TERMS)

    assert [item["lines"][0]["sku_id"] for item in checked.orders] == ["A", "A"]
    assert [item["order_id"] for item in checked.orders] == ["O1", "O1"]
    assert [(row.line, row.column) for row in checked.rejects] == [(3, "quantity")]
    assert checked.rejects[0].raw.startswith('{"line_number":1,"artikel"')
    assert check(content, **TERMS).reasons == ["constraint-error"] * 2


@pytest.mark.parametrize(
    "text",
    [
        OWN.replace("{", '{"order_id":"O1",', 1),
        OWN.replace('"artikel"', '"sku_id":"B","artikel"'),
        OWN[:-1] + ',"lines":[]}',
    ],
)
def test_a_key_under_both_its_names_stands_twice(text: str) -> None:
    assert check(text.encode(), sender="kassa", **TERMS).reasons == ["duplicate-label"]


def rule(compare: str, other: str | Decimal, severity: str) -> Rule:
    return Rule("rule", "unit_price", compare, other, severity, "made up")


@pytest.mark.parametrize(
    ("compare", "other", "is_kept"),
    [
        ("<=", Decimal("3.2"), True),
        ("<", Decimal("3.20"), False),
        ("=", Decimal("3.2"), True),
        (">", Decimal(0), True),
        (">=", "quantity", True),
        ("<", "quantity", False),
    ],
)
def test_rules_refuse_or_count_rows(
    compare: str, other: str | Decimal, is_kept: bool
) -> None:
    content = {"csv": csv_file(CSV_ROW), "json": order().encode()}
    for file_format, text in content.items():
        hard = check(text, file_format, rules=(rule(compare, other, "error"),))
        soft = check(text, file_format, rules=(rule(compare, other, "warn"),))

        assert hard.reasons == ([] if is_kept else ["row-constraint"])
        assert soft.verdict.rows_accepted == 1
        assert soft.verdict.warned_by_rule == ({} if is_kept else {"rule": 1})


def test_a_row_that_lacks_a_value_keeps_its_rule() -> None:
    terms: dict[str, Any] = {"rules": (rule("<", Decimal(0), "error"),)}
    assert check(csv_file(CSV_ROW[:-4]), "csv", **terms).reasons == []
    assert check(order(f"[{line()}]").encode(), **terms).reasons == []


def test_stock_that_is_promised_twice_is_counted_and_taken() -> None:
    content = csv_file("W,A,,1,2,", "W,B,,2,2,", "W,C,,-1,,", header=STOCK_COLUMNS)
    verdict = check(content, "csv", feed="stock").verdict

    assert verdict.rows_accepted == 3
    assert verdict.warned_by_rule == {"reserved-within-available": 1}
