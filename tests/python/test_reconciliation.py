"""What was exported is held against the marts: nothing else becomes visible."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from exported_builds import (
    BUILD,
    exception_row,
    export_build,
    figures,
    order_row,
    write_export,
)
from ingestion.errors import ExitCode, ReconciliationError
from ingestion.lake import LocalLake
from ingestion.publication.composing import compose
from ingestion.publication.documents import exceptions_csv
from ingestion.publication.provenance import Provenance
from ingestion.publication.published import published_manifest, published_version
from ingestion.publication.publishing import publish
from ingestion.publication.reconciliation import reconcile
from ingestion.publication.version_files import PlannedVersion
from published_forms import errors_of

DAY = date(2026, 1, 2)
PROVENANCE = Provenance(inputs=[], master_data="0" * 64, rule_variables={}, code={})
ORDERS = [order_row("SUP-001", DAY, ["60", "0.001"]), order_row("SUP-002", DAY, ["7"])]
EXCEPTIONS = [
    exception_row(DAY, "negative_stock", -3, "one"),
    exception_row(DAY, "negative_stock", Decimal("-4.5"), "two, and a comma"),
    exception_row(DAY, "missing_feed", None, 'a "quote"\nand a line'),
]
DEMAND = [{"sku_id": "A", "demand": 13}, {"sku_id": "B", "demand": 0}]
HISTORY = [{"purpose": "spikes", "used_date": "2026-01-01", "version": 1}]
CHECKS = [
    {"check_name": "rows", "scope_kind": "store", "scope_id": "S", "value": 1,
     "status": "passed"},
    {"check_name": "rows", "scope_kind": "warehouse", "scope_id": "W", "value": 2,
     "status": "passed"},
    {"check_name": "hours_old", "scope_kind": "store", "scope_id": "S", "value": 1,
     "status": "warned"},
]  # fmt: skip
SNAPSHOTS = [{"warehouse_id": "W", "sku_ids": ["A", "B"]}]


@pytest.fixture
def lake(tmp_path: Path) -> LocalLake:
    """A lake with a whole export, of which nothing is published."""
    lake = LocalLake(tmp_path)
    export_build(
        lake, DAY, ORDERS, EXCEPTIONS, DEMAND, HISTORY, CHECKS, snapshots=SNAPSHOTS
    )
    return lake


def order_file(root: Path, supplier_id: str = "SUP-001") -> Path:
    part = f"business_date={DAY}/supplier_id={supplier_id}"
    return root / f"export/supplier_orders/{part}/0.json"


def result_file(root: Path, name: str) -> Path:
    return root / f"export/results/business_date={DAY}/name={name}/0.json"


def missing_partition(root: Path) -> None:
    order_file(root).unlink()
    order_file(root).parent.rmdir()


def no_orders_at_all(root: Path) -> None:
    missing_partition(root)
    order_file(root, "SUP-002").unlink()


def doubled_file(root: Path) -> None:
    copy = order_file(root).with_name("1.json")
    copy.write_bytes(order_file(root).read_bytes())


def doubled_results(root: Path) -> None:
    copy = result_file(root, "demand").with_name("1.json")
    copy.write_bytes(result_file(root, "demand").read_bytes())


def doubled_figures(root: Path) -> None:
    copy = result_file(root, "figures").with_name("1.json")
    copy.write_bytes(result_file(root, "figures").read_bytes())


def file_cut_in_a_row(root: Path) -> None:
    order_file(root).write_bytes(order_file(root).read_bytes()[:-20])


def file_cut_between_rows(root: Path) -> None:
    path = result_file(root, "exceptions")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def empty_file(root: Path) -> None:
    result_file(root, "demand").write_bytes(b"")


def file_of_another_run(root: Path) -> None:
    other = LocalLake(root)
    path = f"supplier_orders/business_date={DAY}/supplier_id=SUP-001/0.json"
    write_export(other, path, DAY, ORDERS[:1], build="of another run")


def file_of_another_date(root: Path) -> None:
    other = LocalLake(root)
    path = f"supplier_orders/business_date={DAY}/supplier_id=SUP-001/0.json"
    write_export(other, path, date(2026, 1, 1), ORDERS[:1])


def stale_export(root: Path) -> None:
    lake = LocalLake(root)
    export_build(lake, DAY, ORDERS, EXCEPTIONS, DEMAND, HISTORY, CHECKS, "yesterday's")


def order_of_a_former_build(root: Path) -> None:
    path = f"supplier_orders/business_date={DAY}/supplier_id=SUP-009/0.json"
    write_export(LocalLake(root), path, DAY, [order_row("SUP-009", DAY, ["1"])])


def missing_figures(root: Path) -> None:
    result_file(root, "figures").unlink()


def figures_cut_between_rows(root: Path) -> None:
    # The first order, and what is known of it, are both lost.
    path = result_file(root, "figures")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    missing_partition(root)


def another_quantity(root: Path) -> None:
    text = order_file(root).read_text()
    order_file(root).write_text(
        text.replace('"ordered_quantity": 60.0', '"ordered_quantity": 61.0')
    )


def another_status(root: Path) -> None:
    text = order_file(root).read_text()
    order_file(root).write_text(text.replace("released", "held"))


def lost_checks(root: Path) -> None:
    result_file(root, "quality_checks").unlink()


def lost_snapshots(root: Path) -> None:
    result_file(root, "snapshots").unlink()


def lost_history(root: Path) -> None:
    result_file(root, "history_used").unlink()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (missing_partition, "order PO-20260102-SUP-001: planned with 2 rows, not expo"),
        (no_orders_at_all, "order PO-20260102-SUP-002: planned with 1 rows, not expor"),
        (doubled_file, "order PO-20260102-SUP-001 was exported 2 times"),
        (doubled_results, "demand: row count planned 2, exported 4"),
        (doubled_figures, "figures of its build are missing or incomplete"),
        (file_cut_in_a_row, "supplier_id=SUP-001/0.json is cut off"),
        (file_cut_between_rows, "exceptions missing_feed: planned with 1 rows, not ex"),
        (empty_file, "demand: row count planned 2, exported 0"),
        (file_of_another_run, "by the build of another run, not by bbb"),
        (file_of_another_date, "was exported for 2026-01-01"),
        (stale_export, "by the build yesterday's, not by bbb"),
        (order_of_a_former_build, "order PO-20260102-SUP-009: exported with 1 rows, n"),
        (missing_figures, "figures of its build are missing or incomplete"),
        (figures_cut_between_rows, "figures of its build are missing or incomplete"),
        (another_quantity, "quantity planned 60.001, exported 61.001"),
        (another_status, 'status planned "released", exported "held"'),
        (lost_checks, "quality checks that passed: planned with 2 rows, not exported"),
        (lost_snapshots, "snapshot of warehouse W: planned, not exported"),
        (lost_history, "dates looked back at for spikes: planned with 1 rows, not ex"),
    ],
)
def test_a_difference_refuses_the_date_and_says_what_differs(
    lake: LocalLake, tmp_path: Path, damage: Callable[[Path], None], said: str
) -> None:
    damage(tmp_path)

    with pytest.raises(ReconciliationError) as refusal:
        publish(lake, compose(lake, DAY, 1, {}, BUILD), PROVENANCE)

    assert refusal.value.exit_code == ExitCode.DATA_TEST_FAILED
    assert said in str(refusal.value)
    assert "un the date again" in str(refusal.value)
    assert published_version(lake, DAY) is None
    assert not (tmp_path / "output").exists()


def test_what_is_whole_is_published_and_the_manifest_records_the_figures(
    lake: LocalLake,
) -> None:
    publish(lake, compose(lake, DAY, 1, {}, BUILD), PROVENANCE)

    manifest = published_manifest(lake, DAY)
    assert manifest is not None
    assert manifest["reconciliation"] == {
        "orders": [
            {"order_id": "PO-20260102-SUP-001", "status": "released", "lines": 2,
             "ordered_quantity": Decimal("60.001"), "line_amount": Decimal("60.001"),
             "total_amount": Decimal("60.001")},
            {"order_id": "PO-20260102-SUP-002", "status": "released", "lines": 1,
             "ordered_quantity": 7, "line_amount": 7, "total_amount": 7},
        ],
        "exceptions": [
            {"code": "missing_feed", "rows": 1, "quantity": None},
            {"code": "negative_stock", "rows": 2, "quantity": Decimal("-7.5")},
        ],
        "demand": {"skus": 2, "quantity": 13},
        "history_used": {"spikes": 1},
        "quality_checks": 3,
    }  # fmt: skip
    assert errors_of("manifest", manifest) == []
    del manifest["reconciliation"]["orders"][0]["lines"]
    assert errors_of("manifest", manifest) == ["$.reconciliation.orders[0]"]
    # as dates that were published before there was a guard have it
    del manifest["reconciliation"]
    assert errors_of("manifest", manifest) == []


def test_the_bytes_are_compared_and_not_only_the_rows(
    lake: LocalLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ingestion.publication.version_files.exceptions_csv",
        lambda rows: exceptions_csv(rows[1:]),
    )

    with pytest.raises(ReconciliationError, match="exceptions missing_feed in the CSV"):
        compose(lake, DAY, 1, {}, BUILD)


def test_sums_keep_every_digit() -> None:
    """A sum of 38 digits, of which Python's own precision would keep 28."""
    large = [
        {"sku_id": "A", "demand": Decimal("12345678901234567890123456789012345.001")},
        {"sku_id": "B", "demand": Decimal("0.001")},
    ]
    [rows] = [figures([], [], DEMAND, [], [])]
    planned = [
        {**rows[0], "quantity": Decimal("12345678901234567890123456789012345.002")}
    ]
    version = PlannedVersion(DAY, 1, [], [], [], large, [], [], [], {})

    assert reconcile(version, planned)
    off = [{**planned[0], "quantity": planned[0]["quantity"] + Decimal("0.001")}]
    with pytest.raises(ReconciliationError, match="demand: quantity planned"):
        reconcile(version, off)


def test_a_cancelled_order_is_no_part_of_the_plan(lake: LocalLake) -> None:
    former = {
        "SUP-003": {
            "order_id": "PO-20260102-SUP-003",
            "supplier": {"supplier_id": "SUP-003"},
        }
    }

    version = compose(lake, DAY, 2, former, BUILD)

    assert json.loads(version.files["SUP-003.json"].content)["status"] == "cancelled"
    assert len(version.files) == 5


def test_many_differences_are_counted(lake: LocalLake, tmp_path: Path) -> None:
    many = [order_row(f"SUP-{number:03}", DAY, ["1"]) for number in range(100, 125)]
    export_build(
        lake, DAY, [*ORDERS, *many], EXCEPTIONS, DEMAND, HISTORY, CHECKS,
        snapshots=SNAPSHOTS,
    )  # fmt: skip
    for row in many:
        order_file(tmp_path, row["supplier_id"]).unlink()

    with pytest.raises(ReconciliationError, match="and 15 more"):
        compose(lake, DAY, 1, {}, BUILD)


def test_an_empty_plan_is_published_only_when_the_marts_are_empty_too(
    tmp_path: Path,
) -> None:
    lake = LocalLake(tmp_path)
    export_build(lake, DAY)

    published = publish(lake, compose(lake, DAY, 1, {}, BUILD), PROVENANCE)

    assert (published.orders, published.lines) == (0, 0)
