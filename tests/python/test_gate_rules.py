"""Rules across the columns of a row."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gate_files import (
    CSV_ROW,
    STOCK_COLUMNS,
    check,
    csv_file,
    line,
    order,
)
from ingestion.contracts import Rule


def rule(compare: Any, other: str | Decimal, severity: Any) -> Rule:
    key = "other_column" if isinstance(other, str) else "value"
    terms: dict[str, Any] = {key: other}
    return Rule("rule", "unit_price", compare, severity, "made up", **terms)


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
