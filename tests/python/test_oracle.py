"""The independent calculation itself, on examples worked out by hand.

Where an expectation here is wrong, every comparison with the pipeline is: each
test states one sentence of the rules with the fewest rows that can break it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from oracle import (
    Inputs,
    LoadedFile,
    Master,
    Offer,
    OrderLine,
    Product,
    PublishedDate,
    ReplenishmentRule,
    Result,
    StockRow,
    Store,
    Supplier,
    Variables,
    Warehouse,
    calculate,
    exceptions_csv,
    exceptions_json,
)
from oracle.demand import is_spike
from oracle.serialisation import plain_number

DAY = date(2026, 1, 1)
FILES = (
    LoadedFile("orders", "o.csv", "accepted", 1, 1, 0),
    LoadedFile("stock", "s.csv", "accepted", 1, 1, 0),
)
MASTER = Master(
    products={"A": Product("Apples", Decimal(12), "EA", "active")},
    suppliers={"SUP-001": Supplier("Fruit", 3, "EUR", None)},
    product_suppliers={("A", "SUP-001"): Offer(1, Decimal("1.2"))},
    replenishment_rules={"A": ReplenishmentRule(Decimal(50), Decimal(0))},
    stores={"S1": Store("One", "north")},
    warehouses={"W1": Warehouse("Main", "north", None)},
)


def line(quantity: str = "13", **changes: Any) -> OrderLine:
    given = OrderLine(
        "S1", "P1", "O1", 1, "2026-01-01T10:00:00Z", "A", Decimal(quantity)
    )
    return replace(given, **changes)


def stock(
    available: str = "0",
    reserved: str | None = "0",
    safety_stock: str | None = None,
    **changes: Any,
) -> StockRow:
    given = StockRow(
        "W1",
        "A",
        "2026-01-01T20:00:00Z",
        Decimal(available),
        None if reserved is None else Decimal(reserved),
        None if safety_stock is None else Decimal(safety_stock),
    )
    return replace(given, **changes)


def product(**changes: Any) -> Master:
    return replace(MASTER, products={"A": replace(MASTER.products["A"], **changes)})


def supplier(**changes: Any) -> Master:
    changed = replace(MASTER.suppliers["SUP-001"], **changes)
    return replace(MASTER, suppliers={"SUP-001": changed})


def offer(price: str | None) -> Master:
    changed = Offer(1, None if price is None else Decimal(price))
    return replace(MASTER, product_suppliers={("A", "SUP-001"): changed})


def rule(moq: str | None, safety_stock: str | None) -> Master:
    changed = ReplenishmentRule(
        None if moq is None else Decimal(moq),
        None if safety_stock is None else Decimal(safety_stock),
    )
    return replace(MASTER, replenishment_rules={"A": changed})


def run(
    lines: Sequence[OrderLine] = (line(),),
    stocks: Sequence[StockRow] = (stock(),),
    master: Master = MASTER,
    **changes: Any,
) -> Result:
    given = Inputs(DAY, list(lines), list(stocks), FILES, master)
    return calculate(replace(given, **changes))


def only_line(result: Result) -> dict[str, Any]:
    (order,) = result.orders
    (only,) = order["lines"]
    return dict(only)


def codes(result: Result) -> list[str]:
    return [row["code"] for row in result.exceptions]


def about(result: Result, code: str) -> list[dict[str, Any]]:
    """What the exceptions of one code say beyond the fixed columns."""
    fixed = {"business_date", "code", "severity", "message"}
    return [
        {key: value for key, value in row.items() if key not in fixed and value}
        for row in result.exceptions
        if row["code"] == code
    ]


def test_the_published_example_byte_for_byte() -> None:
    result = run(
        [line(sku_id="SKU-00123")],
        [stock(sku_id="SKU-00123")],
        replace(
            MASTER,
            products={
                "SKU-00123": Product('5" \\ pípe\t', Decimal("12.000"), "EA", None)
            },
            suppliers={"SUP-001": Supplier("\x1f\x7f", 3, "EUR", Decimal(72))},
            product_suppliers={("SKU-00123", "SUP-001"): Offer(1, Decimal("1.2000"))},
            replenishment_rules={"SKU-00123": ReplenishmentRule(Decimal(50), None)},
        ),
    )
    assert result.exceptions == []
    assert result.files() == {
        "SUP-001.json": (
            '{"schema_version":1,"order_id":"PO-20260101-SUP-001",'
            '"business_date":"2026-01-01","version":1,"status":"released",'
            '"supplier":{"supplier_id":"SUP-001","name":"\\u001f\x7f",'
            '"lead_time_days":3},"currency":"EUR",'
            '"requested_delivery_date":"2026-01-04","line_count":1,"total_amount":72,'
            '"lines":[{"line_number":1,"sku_id":"SKU-00123",'
            '"name":"5\\" \\\\ pípe\\t","ordered_quantity":60,"unit":"EA",'
            '"pack_size":12,"packs":5,"unit_price":1.2,"line_amount":72,'
            '"explanation":{"demand":13,"safety_stock":0,"available":0,"reserved":0,'
            '"on_order":0,"net_demand":13,"moq":50,"quantity_after_moq":50,'
            '"surplus":47,"flags":[]}}]}\n'
        ).encode()
    }


@pytest.mark.parametrize(
    ("quantity", "moq", "pack", "ordered", "packs"),
    [
        ("13", "50", "12", "60", "5"),
        ("24", None, "12", "24", "2"),
        ("24.001", None, "12", "36", "3"),
        ("13", "0", "12.5", "25", "2"),
        ("0.001", "0.125", "0.001", "0.125", "125"),
        ("0.126", None, "0.125", "0.25", "2"),
        ("9999999999", None, "0.001", "9999999999", "9999999999000"),
    ],
)
def test_minimum_first_then_whole_packs(
    quantity: str, moq: str | None, pack: str, ordered: str, packs: str
) -> None:
    master = replace(
        rule(moq, None), products=product(pack_size=Decimal(pack)).products
    )
    made = only_line(run([line(quantity)], master=master))
    assert (made["ordered_quantity"], made["packs"]) == (
        Decimal(ordered),
        Decimal(packs),
    )


def test_a_minimum_never_creates_a_need() -> None:
    result = run([line("13")], [stock("13")])
    assert (result.orders, result.exceptions) == ([], [])


def test_the_formula_with_every_term() -> None:
    earlier = run(
        master=replace(supplier(lead_time_days=2), replenishment_rules={}),
        business_date=date(2025, 12, 31),
    )
    netting = Variables(net_open_orders=True)
    made = only_line(
        run(
            [line("40")],
            [stock("10", "4"), stock("1", None, warehouse_id="W2")],
            rule(None, "6"),
            history=[earlier.published()],
            variables=netting,
        )
    )
    # 40 + 6 - (11 - 4) - 24 = 15, two packs of 12
    assert made["explanation"]["on_order"] == 24
    assert made["explanation"]["net_demand"] == 15
    assert made["ordered_quantity"] == 24


class TestDemand:
    """One copy per key counts, and the others are accounted for."""

    def test_the_same_instant_written_otherwise_is_the_same_copy(self) -> None:
        result = run([line("13"), line("13.000", ordered_at="2026-01-01 15:30+05:30")])
        assert result.demand == {"A": 13}
        assert result.exceptions == []

    @pytest.mark.parametrize(
        ("counted", "other"),
        [
            (line("1", ordered_at="2026-01-01T10:00:00.000001Z"), line("9")),
            (line("9"), line("1")),
            (line("1", sku_id="a"), line("1", sku_id="B")),
            (line("1", ordered_at="2026-01-01T09:00-01:30"), line("2")),
        ],
    )
    def test_latest_then_larger_then_greater_sku_counts(
        self, counted: OrderLine, other: OrderLine
    ) -> None:
        result = run([other, counted, other])
        assert result.demand == {counted.sku_id: counted.quantity}
        assert about(result, "conflicting_duplicate") == [
            {"sku_id": other.sku_id, "store_id": "S1", "quantity": 2 * other.quantity}
        ]

    def test_a_line_of_zero_and_a_return_are_no_demand(self) -> None:
        result = run(
            [
                line("5"),
                line("-2", line_number=2),
                line("0", line_number=3),
                line("7", line_number=4),
                line("0", line_number=4, ordered_at="2026-01-01T11:00Z"),
            ]
        )
        assert result.demand == {"A": 5}
        assert about(result, "conflicting_duplicate") == [
            {"sku_id": "A", "store_id": "S1", "quantity": 7}
        ]

    def test_each_sku_among_the_copies_that_do_not_count_has_a_row(self) -> None:
        later = "2026-01-01T11:00Z"
        result = run(
            [
                line("5", ordered_at=later),
                line("5", ordered_at=later),
                line("3", sku_id="B"),
                line("-4", sku_id="B"),
            ]
        )
        assert about(result, "conflicting_duplicate") == [
            {"sku_id": "A", "store_id": "S1", "quantity": 5},
            {"sku_id": "B", "store_id": "S1", "quantity": -1},
        ]

    def test_a_line_from_before_the_oldest_date_is_old(self) -> None:
        result = run(
            [
                line(ordered_at="2025-12-30T00:00:00Z"),
                line("0", line_number=2, ordered_at="2025-12-30T00:59:59+01:00"),
                line("-1", line_number=3, ordered_at="2025-12-29T23:59:59.999999Z"),
                line("2", line_number=3, ordered_at="2025-12-01T10:00Z"),
            ]
        )
        assert about(result, "old_orders") == [{"store_id": "S1", "quantity": 2}]
        young = Variables(order_max_age_days=3)
        assert not about(
            run([line(ordered_at="2025-12-29T00:00Z")], variables=young), "old_orders"
        )

    @pytest.mark.parametrize(
        ("quantity", "unit", "is_reported"),
        [("1.5", "EA", True), ("2.000", "EA", False), ("1.5", "kg", False)],
    )
    def test_half_of_a_whole_unit_is_reported(
        self, quantity: str, unit: str, is_reported: bool
    ) -> None:
        result = run([line(quantity)], master=product(unit=unit))
        found = [{"sku_id": "A", "quantity": Decimal("1.5")}] if is_reported else []
        assert about(result, "fractional_quantity") == found

    def test_no_point_of_sale_is_one_value_and_not_any_other(self) -> None:
        result = run([line("1", pos_id=None), line("1", pos_id=None), line("5")])
        assert result.demand == {"A": 6}


class TestStock:
    """One snapshot row per warehouse and SKU counts."""

    def test_the_latest_snapshot_counts_and_older_ones_do_not_conflict(self) -> None:
        result = run(
            [line("100")],
            [
                stock("1", snapshot_at=None),
                stock("7", snapshot_at="2026-01-01T22:00+01:00"),
                stock("3", snapshot_at="2026-01-01T21:00:00.5Z"),
            ],
        )
        assert only_line(result)["explanation"]["available"] == 3
        assert result.exceptions == []

    @pytest.mark.parametrize(
        ("kept", "other"),
        [
            (stock("1", "0"), stock("2", "9")),
            (stock("1", "5"), stock("1", None)),
            (stock("1", None, "4"), stock("1", "0", None)),
            (stock("1", None, "-4"), stock("1", "0", None)),
            (stock("1", "0", "4"), stock("1", "0", "3")),
        ],
    )
    def test_on_a_tie_the_row_that_leaves_least(
        self, kept: StockRow, other: StockRow
    ) -> None:
        result = run([line("100")], [other, kept], replace(MASTER, products={}))
        assert about(result, "conflicting_duplicate") == [
            {"sku_id": "A", "warehouse_id": "W1"}
        ]
        (row,) = result.net_demand
        assert row.available == kept.available
        assert row.reserved == (kept.reserved or 0)

    def test_reserved_null_is_zero_but_safety_stock_null_is_not(self) -> None:
        same = run([line()], [stock("1", None), stock("1", "0")])
        assert "conflicting_duplicate" not in codes(same)
        differs = run([line()], [stock("1", "0", "0"), stock("1", "0", None)])
        assert "conflicting_duplicate" in codes(differs)

    def test_negative_values_count_and_are_reported_one_by_one(self) -> None:
        result = run([line("10")], [stock("-2", "-1", "-3")], rule(None, "0"))
        assert only_line(result)["explanation"]["net_demand"] == 11
        assert [row["quantity"] for row in about(result, "negative_stock")] == [
            -3,
            -2,
            -1,
        ]
        assert about(result, "safety_stock_mismatch") == [
            {"sku_id": "A", "quantity": -3}
        ]


class TestSafetyStockAndMinimum:
    """The rule goes first, and nothing negative is used."""

    def test_the_rule_goes_before_the_snapshots_sum(self) -> None:
        rows = [stock("0", "0", "2"), stock("0", "0", "3", warehouse_id="W2")]
        agreed = run([], rows, rule(None, "5"))
        assert "safety_stock_mismatch" not in codes(agreed)
        differs = run([], rows, rule(None, "0"))
        assert about(differs, "safety_stock_mismatch") == [
            {"sku_id": "A", "quantity": 5}
        ]
        assert differs.orders == []
        fallback = run([], rows, rule(None, None))
        assert only_line(fallback)["explanation"]["safety_stock"] == 5

    def test_negative_values_are_reported_without_a_need(self) -> None:
        rules = run([], [stock("5")], rule("-1", "-2"))
        assert about(rules, "negative_rule") == [
            {"sku_id": "A", "quantity": -2},
            {"sku_id": "A", "quantity": -1},
        ]
        snapshot = run([], [stock("5", "0", "-4")], rule(None, None))
        assert codes(snapshot) == ["missing_feed", "negative_rule", "negative_stock"]
        unused = run([], [stock("5", "0", "-4")], rule(None, "0"))
        assert "negative_rule" not in codes(unused)


class TestOpenOrders:
    """What earlier orders still bring, netted or only mentioned."""

    def earlier(self, **changes: Any) -> PublishedDate:
        result = run(master=supplier(**changes), business_date=date(2025, 12, 30))
        return result.published()

    def test_off_it_is_only_reported_for_lines(self) -> None:
        result = run(history=[self.earlier(lead_time_days=3)])
        assert only_line(result)["explanation"]["on_order"] == 0
        assert about(result, "open_order_not_netted") == [
            {"sku_id": "A", "supplier_id": "SUP-001", "quantity": 60}
        ]
        assert only_line(result)["explanation"]["flags"] == ["open_order_not_netted"]
        assert codes(run([], history=[self.earlier()])) == ["missing_feed"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"lead_time_days": 2},
            {"lead_time_days": None},
            {"min_order_value": Decimal("72.01")},
        ],
        ids=["due on the date", "no date", "held"],
    )
    def test_what_is_not_open(self, changes: dict[str, Any]) -> None:
        netting = Variables(net_open_orders=True)
        result = run(history=[self.earlier(**changes)], variables=netting)
        assert only_line(result)["explanation"]["on_order"] == 0


class TestSourcing:
    """Whether a need can be ordered, and from whom."""

    @pytest.mark.parametrize(
        ("master", "code", "more"),
        [
            (replace(MASTER, products={}), "unknown_sku", {"quantity": 13}),
            (
                product(status=" Dis\tContinued", pack_size=None),
                "discontinued_sku",
                {"quantity": 13},
            ),
            (product(pack_size=None), "invalid_pack_size", {"quantity": 13}),
            (product(pack_size=Decimal(0)), "invalid_pack_size", {"quantity": 13}),
            (product(pack_size=Decimal(-1)), "invalid_pack_size", {"quantity": 13}),
            (
                replace(MASTER, product_suppliers={}),
                "missing_supplier",
                {"quantity": 60},
            ),
            (
                replace(MASTER, suppliers={}),
                "unknown_supplier",
                {"quantity": 60, "supplier_id": "SUP-001"},
            ),
        ],
    )
    def test_the_first_obstacle_and_no_line(
        self, master: Master, code: str, more: dict[str, Any]
    ) -> None:
        result = run(master=master)
        assert result.orders == []
        assert codes(result) == [code]
        assert about(result, code) == [{"sku_id": "A", **more}]

    @pytest.mark.parametrize(
        ("status", "found"),
        [
            ("PHASED out", ["discontinued_sku"]),
            ("discontinued", ["unknown_status"]),
            ("Active", []),
            (None, []),
        ],
    )
    def test_statuses_that_are_not_bought_are_those_named(
        self, status: str | None, found: list[str]
    ) -> None:
        result = run(
            master=product(status=status),
            variables=Variables(statuses_not_bought=("phasedOut ",)),
        )
        assert codes(result) == found

    @pytest.mark.parametrize("bad", ["manifest", "MANIFEST", "S 1", "ü", "x" * 65])
    def test_a_supplier_whose_id_cannot_name_a_file(self, bad: str) -> None:
        master = replace(
            MASTER,
            suppliers={bad: MASTER.suppliers["SUP-001"]},
            product_suppliers={("A", bad): Offer(1, Decimal(1))},
        )
        assert codes(run(master=master)) == ["unknown_supplier"]

    @pytest.mark.parametrize(
        ("priorities", "chosen"),
        [
            ({"b": 2, "a": None}, "b"),
            ({"b": 1, "B": 1, "a": 1}, "B"),
            ({"b": None, "a": None}, "a"),
            ({"b": -1, "a": 0}, "b"),
        ],
    )
    def test_lowest_priority_then_lowest_id_by_bytes(
        self, priorities: dict[str, int | None], chosen: str
    ) -> None:
        master = replace(
            MASTER,
            suppliers=dict.fromkeys(priorities, MASTER.suppliers["SUP-001"]),
            product_suppliers={
                ("A", each): Offer(priority, Decimal(1))
                for each, priority in priorities.items()
            },
        )
        (order,) = run(master=master).orders
        assert order["supplier"]["supplier_id"] == chosen

    def test_no_fallback_from_an_unknown_supplier(self) -> None:
        offers = {
            ("A", "GONE"): Offer(1, Decimal(1)),
            ("A", "SUP-001"): Offer(2, Decimal(1)),
        }
        result = run(master=replace(MASTER, product_suppliers=offers))
        assert codes(result) == ["unknown_supplier"]

    def test_gaps_are_reported_beside_the_obstacle(self) -> None:
        master = replace(MASTER, products={}, replenishment_rules={})
        result = run(stocks=[stock(sku_id="B")], master=master)
        assert codes(result) == [
            "missing_replenishment_rule",
            "no_stock_record",
            "unknown_sku",
        ]

    def test_an_unknown_status_is_active_and_said(self) -> None:
        result = run(master=product(status="phased out"))
        assert only_line(result)["explanation"]["flags"] == ["unknown_status"]
        assert codes(run(master=product(status="ACT ive"))) == []


class TestOverflow:
    """Quantities end at 18 digits, and say so."""

    def test_the_largest_quantity_is_ordered_and_one_more_is_not(self) -> None:
        largest = "999999999999999.999"
        master = replace(
            rule(None, largest), products=product(pack_size=Decimal("0.001")).products
        )
        assert only_line(run([], master=master))["ordered_quantity"] == Decimal(largest)
        result = run([line("0.001")], master=master)
        assert codes(result) == ["fractional_quantity", "quantity_overflow"]
        assert result.net_demand[0].net_demand == Decimal(1000000000000000)

    def test_rounding_up_may_overflow_what_the_need_did_not(self) -> None:
        result = run([], master=rule(None, "999999999999999"))
        assert about(result, "quantity_overflow") == [{"sku_id": "A"}]
        assert result.orders == []

    def test_it_is_tested_after_who_and_whether(self) -> None:
        master = replace(rule(None, "999999999999999"), product_suppliers={})
        result = run([], master=master)
        assert about(result, "missing_supplier") == [
            {"sku_id": "A", "quantity": Decimal(1000000000000008)}
        ]


@pytest.mark.parametrize(
    ("quantity", "earlier", "settings", "expected"),
    [
        ("1", ["0", "0"], {}, True),
        ("2", ["1", "1"], {}, True),
        ("1.999", ["1", "1"], {}, False),
        ("5", ["1", "3"], {}, False),
        ("5.001", ["1", "3"], {}, True),
        ("1", ["0"], {}, False),
        ("1", [], {"spike_min_run_dates": 0}, False),
        ("3", ["2", "2"], {"spike_ratio": Decimal("1.5")}, True),
        ("3", ["2", "2"], {"spike_ratio": Decimal("1.6")}, False),
    ],
)
def test_spikes_at_their_edges(
    quantity: str, earlier: list[str], settings: dict[str, Any], expected: bool
) -> None:
    # 1 and 3 have mean 2 and deviation 1: three deviations end at exactly 5
    variables = replace(Variables(spike_min_run_dates=2), **settings)
    assert (
        is_spike(Decimal(quantity), [Decimal(e) for e in earlier], variables)
        is expected
    )


def test_a_spike_looks_at_published_dates_in_the_window_only() -> None:
    history = [
        PublishedDate(date(2025, 12, day), {"A": Decimal(quantity)}, [])
        for day, quantity in [(28, "100"), (29, "1"), (31, "1")]
    ]
    variables = Variables(spike_min_run_dates=2, spike_window_days=3)
    result = run(history=history, variables=variables)
    assert about(result, "demand_spike") == [{"sku_id": "A", "quantity": 13}]
    assert only_line(result)["explanation"]["flags"] == ["demand_spike"]


class TestDeliveryAndValue:
    """Dates, prices, amounts and the minimum order value."""

    @pytest.mark.parametrize(
        ("lead_time_days", "due"),
        [
            (0, "2026-01-01"),
            (59, "2026-03-01"),
            (None, None),
            (-1, None),
            (2912442, "9999-12-31"),
            (2912443, None),
        ],
    )
    def test_calendar_days(self, lead_time_days: int | None, due: str | None) -> None:
        result = run(master=supplier(lead_time_days=lead_time_days))
        (order,) = result.orders
        assert order["requested_delivery_date"] == due
        assert order["supplier"]["lead_time_days"] == lead_time_days
        is_missing = about(result, "missing_lead_time") == [{"supplier_id": "SUP-001"}]
        assert is_missing is (due is None)

    @pytest.mark.parametrize(
        ("price", "amount"),
        [("0.0004", "0.02"), ("0.0083", "0.5"), ("0", "0"), ("1.00008", "60")],
    )
    def test_half_up_to_cents(self, price: str, amount: str) -> None:
        assert only_line(run(master=offer(price)))["line_amount"] == Decimal(amount)

    def test_half_a_cent_rounds_up(self) -> None:
        master = replace(
            offer("0.0050"),
            products=product(pack_size=Decimal(1)).products,
            replenishment_rules={},
        )
        made = only_line(run([line("1")], master=master))
        assert made["line_amount"] == Decimal("0.01")

    @pytest.mark.parametrize("price", [None, "-1"])
    def test_without_a_price_nothing_is_below_the_minimum(
        self, price: str | None
    ) -> None:
        master = replace(
            offer(price), suppliers=supplier(min_order_value=Decimal(999)).suppliers
        )
        result = run(master=master)
        (order,) = result.orders
        assert (order["total_amount"], order["status"]) == (None, "released")
        assert about(result, "missing_price") == [
            {"sku_id": "A", "supplier_id": "SUP-001"}
        ]
        assert only_line(result)["unit_price"] is None

    @pytest.mark.parametrize(
        ("minimum", "status"),
        [("72", "released"), ("72.01", "held"), ("-1", "released")],
    )
    def test_minimum_order_value(self, minimum: str, status: str) -> None:
        result = run(master=supplier(min_order_value=Decimal(minimum)))
        (order,) = result.orders
        assert order["status"] == status
        said = [{"supplier_id": "SUP-001", "quantity": 72}] if status == "held" else []
        assert about(result, "below_min_order_value") == said

    @pytest.mark.parametrize(
        ("codes_that_hold", "status"),
        [
            ((), "released"),
            (("negative_stock",), "released"),
            (("negative_stock", "fractional_quantity"), "held"),
        ],
    )
    def test_a_flag_of_a_line_holds_its_order(
        self, codes_that_hold: tuple[str, ...], status: str
    ) -> None:
        result = run([line("0.5")], variables=Variables(hold_codes=codes_that_hold))
        (order,) = result.orders
        assert order["status"] == status
        assert about(result, "below_min_order_value") == []


class TestLookingBack:
    """Files and snapshots of dates that are published."""

    def test_a_file_whose_rows_counted_before_is_repeated(self) -> None:
        day = PublishedDate(
            date(2025, 12, 1), {}, (), {("orders", "x"), ("stock", "y")}
        )
        files = (
            LoadedFile("orders", "o.csv", "partial", 3, 2, 1, sha256="x"),
            LoadedFile("stock", "s.csv", "accepted", 1, 1, 0, sha256="x"),
            LoadedFile("stock", "t.csv", "duplicate", 1, 1, 0, sha256="y"),
        )
        result = run(load_history=files, history=[day])
        assert about(result, "repeated_file") == [{"file_name": "o.csv", "quantity": 2}]

    @pytest.mark.parametrize(
        ("former", "missing"),
        [("AB", None), ("ABC", 2), ("BC", 2), ("A", None)],
    )
    def test_a_warehouse_names_half_of_its_last_snapshot(
        self, former: str, missing: int | None
    ) -> None:
        history = [
            PublishedDate(date(2025, 12, 30), {}, (), snapshots={"W1": {*former}}),
            PublishedDate(date(2025, 12, 29), {}, (), snapshots={"W1": {*"BCDEFGH"}}),
            PublishedDate(date(2025, 12, 31), {}, (), snapshots={"W2": {*"BCDEFGH"}}),
        ]
        found = [{"warehouse_id": "W1", "quantity": missing}] if missing else []
        assert about(run(history=history), "shrunken_snapshot") == found


class TestCompleteness:
    """Sites and files that are missing, unknown or refused."""

    def test_unknown_sites_count_and_silent_stores_are_named(self) -> None:
        result = run([line(store_id="S9")], [stock(), stock("0", warehouse_id="W9")])
        assert [(row["code"], row["severity"]) for row in result.exceptions] == [
            ("missing_feed", "warning"),
            ("unknown_store", "warning"),
            ("unknown_warehouse", "warning"),
        ]
        assert result.demand == {"A": 13}

    def test_a_missing_warehouse_refuses_unless_allowed(self) -> None:
        assert run(stocks=[]).refusals == ["warehouse W1 missing"]
        allowed = run(stocks=[], variables=Variables(allow_missing_warehouses=True))
        assert allowed.refusals == ()
        (row,) = [row for row in allowed.exceptions if row["code"] == "missing_feed"]
        assert (row["warehouse_id"], row["severity"]) == ("W1", "error")

    def test_a_date_needs_a_file_of_each_feed_and_master_data(self) -> None:
        refused = replace(FILES[0], status="quarantined")
        result = run(master=Master(), load_history=[refused, FILES[1]])
        assert result.refusals == ["no accepted orders file", "empty master data"]

    def test_a_closed_day_runs_on_stock_and_rules_alone(self) -> None:
        closed = Variables(allow_no_orders=True)
        result = run(
            [], [stock("0")], rule(None, "5"), load_history=FILES[1:], variables=closed
        )
        assert only_line(result)["explanation"]["net_demand"] == 5
        assert codes(result) == ["missing_feed"]
        assert run([], load_history=FILES[:1], variables=closed).refusals == [
            "no accepted stock file",
        ]

    def test_odd_files_that_count(self) -> None:
        odd = LoadedFile(
            "orders", "o.csv", "accepted", 5, 5, 0,
            unreadable_prices=3, is_unterminated=True,
        )  # fmt: skip
        result = run(load_history=[odd, FILES[1], replace(odd, status="duplicate")])
        assert [row["severity"] for row in result.exceptions] == ["info", "info"]
        assert about(result, "unreadable_price") == [
            {"file_name": "o.csv", "quantity": 3}
        ]
        assert about(result, "unterminated_file") == [{"file_name": "o.csv"}]

    def test_files_in_the_report(self) -> None:
        history = [
            *FILES,
            LoadedFile("orders", "bad.csv", "quarantined", 9, 0, 9),
            LoadedFile("stock", "some.csv", "partial", 100, 97, 3),
            LoadedFile("stock", "again.csv", "duplicate", 100, 97, 3),
            # Corrected rows are refused where they are now, if at all.
            LoadedFile("orders", "in.csv", "partial", 50, 48, 2, rows_requeued=2),
            LoadedFile("orders", "part.csv", "partial", 50, 48, 2, rows_requeued=1),
        ]
        result = run(load_history=history)
        assert about(result, "refused_file") == [{"file_name": "bad.csv"}]
        assert about(result, "refused_rows") == [
            {"file_name": "part.csv", "quantity": 1},
            {"file_name": "some.csv", "quantity": 3},
        ]


def test_report_order_is_by_bytes_with_nulls_first_and_numbers_as_numbers() -> None:
    master = replace(MASTER, stores={each: Store(None, None) for each in "bBä_"})
    result = run(
        [line("13"), line("10", order_id="O2")],
        [stock("-10", "-9")],
        replace(master, replenishment_rules={}),
    )
    ordered = [
        (row["code"], row["store_id"], row["quantity"]) for row in result.exceptions
    ]
    assert ordered == [
        ("missing_feed", "B", None),
        ("missing_feed", "_", None),
        ("missing_feed", "b", None),
        ("missing_feed", "ä", None),
        ("missing_replenishment_rule", None, 24),
        ("negative_stock", None, -10),
        ("negative_stock", None, -9),
        ("unknown_store", "S1", None),
    ]


def test_lines_and_files_are_ordered_by_bytes() -> None:
    skus = ["a", "B", "A.1", "A-1", "00123", "123"]
    master = replace(
        MASTER,
        products=dict.fromkeys(skus, MASTER.products["A"]),
        product_suppliers={(sku, "SUP-001"): Offer(1, Decimal(1)) for sku in skus},
    )
    lines = [line(sku_id=sku, order_id=sku) for sku in skus]
    (order,) = run(lines, master=master).orders
    assert [each["sku_id"] for each in order["lines"]] == [
        "00123",
        "123",
        "A-1",
        "A.1",
        "B",
        "a",
    ]
    assert [each["line_number"] for each in order["lines"]] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("60.000"), "60"),
        (Decimal("-0.000"), "0"),
        (Decimal("1E+20"), "100000000000000000000"),
        (Decimal("0.0010"), "0.001"),
        (Decimal("1E-7"), "0.0000001"),
        (
            Decimal("123456789012345678901234567890.12"),
            "123456789012345678901234567890.12",
        ),
        (100, "100"),
        (-5, "-5"),
    ],
)
def test_numbers_are_plain(number: Decimal | int, text: str) -> None:
    assert plain_number(number) == text


def test_the_exceptions_files() -> None:
    row = {
        "business_date": "2026-01-01",
        "code": "refused_rows",
        "severity": "warning",
        "sku_id": None,
        "supplier_id": None,
        "store_id": None,
        "warehouse_id": None,
        "file_name": 'a "b", c.csv',
        "quantity": Decimal("3.000"),
        "message": "3 rows",
    }
    assert exceptions_csv([row]) == (
        b"business_date,code,severity,sku_id,supplier_id,store_id,warehouse_id,"
        b"file_name,quantity,message\n"
        b'2026-01-01,refused_rows,warning,,,,,"a ""b"", c.csv",3,3 rows\n'
    )
    assert exceptions_json(DAY, 1, [row]) == (
        b'{"schema_version":1,"business_date":"2026-01-01","version":1,'
        b'"exceptions":[{"business_date":"2026-01-01","code":"refused_rows",'
        b'"severity":"warning","sku_id":null,"supplier_id":null,"store_id":null,'
        b'"warehouse_id":null,"file_name":"a \\"b\\", c.csv","quantity":3,'
        b'"message":"3 rows"}]}\n'
    )


def test_next_version_cancels_what_is_not_ordered_any_longer() -> None:
    inputs = Inputs(DAY, [line()], [stock()], FILES, MASTER)
    (former,) = calculate(inputs).orders
    late = LoadedFile("stock", "late.csv", "accepted", 1, 1, 0, is_late=True)

    second = calculate(
        replace(
            inputs,
            stock_rows=[stock("99")],
            load_history=[*FILES, late],
            version=2,
            former_orders=[former],
        )
    )

    (cancelled,) = second.orders
    assert cancelled["status"] == "cancelled"
    assert (cancelled["version"], cancelled["lines"]) == (2, [])
    assert cancelled["supplier"] == former["supplier"]
    assert [row["code"] for row in second.exceptions] == ["late_file"]
    assert second.exceptions[0]["severity"] == "info"
