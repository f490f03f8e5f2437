"""A date made up for tests of the report, with all that data can do to a page."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.gate import ReceivedFile
from ingestion.planning.data_tests import DataTest
from ingestion.report.facts import Facts
from ingestion.report.rejects import Reject

DAY = date(2026, 1, 29)
EVIL = '</script><script>document.title = "taken"</script><img src=x onerror=alert(1)>'
FORMULA = '=HYPERLINK("https://example.org","free")'


def received(name: str, status: str = "accepted", **values: Any) -> ReceivedFile:
    """One file of the load history; ten rows, all accepted, unless said otherwise."""
    given: dict[str, Any] = {
        **dict.fromkeys(ReceivedFile.__dataclass_fields__),
        "feed": "orders",
        "business_date": str(DAY),
        "file_name": name,
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "status": status,
        "rows_read": 10,
        "rows_accepted": 10,
        "rows_refused": 0,
        "rows_requeued": 0,
        "refused_by_reason": {},
        "site_ids": ("S1",),
        **values,
    }
    return ReceivedFile(**given)


def check(name: str, scope_id: str, **values: Any) -> dict[str, Any]:
    """One row of the quality mart about a store; it passed unless said otherwise."""
    return {
        "check_name": name,
        "scope_kind": "store",
        "scope_id": scope_id,
        "scope_name": None,
        "value": Decimal("1.000"),
        "expected": Decimal("1.000"),
        "threshold": Decimal("0.000"),
        "status": "passed",
        "message": "Delivered",
        "business_date": str(DAY),
        **values,
    }


def exception(code: str, severity: str, **values: Any) -> dict[str, Any]:
    """One row of the exceptions."""
    ids = ("sku_id", "supplier_id", "store_id", "warehouse_id", "file_name")
    return {
        "business_date": str(DAY),
        "code": code,
        "severity": severity,
        **dict.fromkeys(ids),
        "quantity": None,
        "message": f"{code} of it",
        **values,
    }


def made_up_facts(exceptions: int = 120) -> Facts:
    """A published date with every kind of finding, many exceptions and hostile text."""
    return Facts(
        business_date=DAY,
        summary=made_up_summary(),
        files=[
            received("a.csv"),
            received(
                f"{EVIL}.csv",
                "partial",
                rows_accepted=8,
                rows_refused=2,
                refused_by_reason={"type-error": 2},
            ),
            received(FORMULA, "quarantined", reason="threshold-exceeded",
                     reason_message="Too many.", rows_accepted=0, rows_refused=10,
                     refused_by_reason={"type-error": 10}),
        ],
        rejects=[
            Reject("orders", f"{EVIL}.csv", 7, "type-error", "quantity", "-2+3", EVIL)
        ],
        checks=[
            check("delivered", "S3", value=Decimal(0), status="warned",
                  scope_name="Mölln", message="No row of it was accepted"),
            *volumes("S1", "1200.000", "1000.000", "300.000", "passed"),
            *volumes("S2", "2500.500", "1000.000", "300.000", "warned"),
            *volumes("S4", "120.000", "1000.000", "300.000", "warned"),
            *volumes("S5", "900.000", None, None, "unknown"),
        ],
        exceptions=[
            exception("missing_supplier", "error", sku_id="A-1", quantity=Decimal(60)),
            exception("below_min_order_value", "warning", supplier_id="SUP-1",
                      quantity=Decimal("17.50")),
            *(
                exception("no_stock_record", "warning", sku_id=f"SKU-{number:05}",
                          quantity=Decimal(number), message=f"{FORMULA} {number}")
                for number in range(exceptions)
            ),
        ],
        tests=[
            DataTest("not_null_x", "passed", 0, "", "models/x.yml"),
            DataTest("assert_lines", "failed", 2, "Orders have lines.", "tests/a.sql",
                     ("order_id", "total"), (("PO-1", EVIL), (None, "-3"))),
        ],
    )  # fmt: skip


def volumes(
    store: str, value: str, expected: str | None, threshold: str | None, status: str
) -> list[dict[str, Any]]:
    """Both volumes of a store, and that it delivered."""
    judged = {
        "value": Decimal(value),
        "expected": Decimal(expected) if expected else None,
        "threshold": Decimal(threshold) if threshold else None,
        "status": status,
        "message": "much" if not expected else f"{value} where {expected} is usual",
    }
    return [
        check("delivered", store),
        check("rows", store, **judged),
        check("quantity", store, **judged),
    ]


def made_up_summary(**values: Any) -> dict[str, Any]:
    """What the runner sums up of a date that it has published."""
    return {
        "business_date": str(DAY),
        "exit_code": 0,
        "result": "published",
        "message": None,
        "version": 1,
        "rows_accepted": 18,
        "rows_refused": 12,
        "orders": 1234,
        "seconds": {"plan orders": 2.0},
        **values,
    }
