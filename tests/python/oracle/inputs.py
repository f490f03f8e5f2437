"""What one business date is calculated from: typed rows, as accepted or loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

#: One published order, its keys in the order in which they are written.
Document = dict[str, Any]


@dataclass(frozen=True)
class OrderLine:
    """One accepted order row; ``ordered_at`` as written, UTC without an offset."""

    store_id: str
    pos_id: str | None
    order_id: str
    line_number: int
    ordered_at: str
    sku_id: str
    quantity: Decimal
    file_name: str = ""


@dataclass(frozen=True)
class StockRow:
    """One accepted stock row; ``snapshot_at`` as written, UTC without an offset."""

    warehouse_id: str
    sku_id: str
    snapshot_at: str | None
    available: Decimal
    reserved: Decimal | None
    safety_stock: Decimal | None


@dataclass(frozen=True)
class LoadedFile:
    """One file of the load history; ``feed`` is ``orders`` or ``stock``.

    ``is_late`` says that it came after the date was published. ``rows_requeued`` of its
    refused rows were corrected and are rows of another file that counts.
    ``unreadable_prices`` of its accepted rows have a price that counts as absent.
    ``is_unterminated`` says that a CSV file ends without a line end.
    """

    feed: str
    file_name: str
    status: str
    rows_read: int
    rows_accepted: int
    rows_refused: int
    is_late: bool = False
    rows_requeued: int = 0
    sha256: str = ""
    unreadable_prices: int = 0
    is_unterminated: bool = False

    def counts(self) -> bool:
        """Whether its accepted rows are rows of the date."""
        return self.status in {"accepted", "partial"}


@dataclass(frozen=True)
class Product:
    """One row of products; names and units may be any text."""

    name: str | None
    pack_size: Decimal | None
    unit: str | None
    status: str | None


@dataclass(frozen=True)
class Supplier:
    """One row of suppliers; the lead time counts calendar days."""

    name: str | None
    lead_time_days: int | None
    currency: str | None
    min_order_value: Decimal | None


@dataclass(frozen=True)
class Offer:
    """One row of product_suppliers: who may deliver a SKU, and at what price."""

    priority: int | None
    unit_price: Decimal | None


@dataclass(frozen=True)
class ReplenishmentRule:
    """One row of replenishment_rules, in sales units."""

    moq: Decimal | None
    safety_stock: Decimal | None


@dataclass(frozen=True)
class Store:
    """One row of stores."""

    name: str | None
    region: str | None


@dataclass(frozen=True)
class Warehouse:
    """One row of warehouses."""

    name: str | None
    region: str | None
    capacity: Decimal | None


@dataclass(frozen=True)
class Master:
    """The six master tables by primary key; (sku_id, supplier_id) for offers."""

    products: Mapping[str, Product] = field(default_factory=dict)
    suppliers: Mapping[str, Supplier] = field(default_factory=dict)
    product_suppliers: Mapping[tuple[str, str], Offer] = field(default_factory=dict)
    replenishment_rules: Mapping[str, ReplenishmentRule] = field(default_factory=dict)
    stores: Mapping[str, Store] = field(default_factory=dict)
    warehouses: Mapping[str, Warehouse] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Whether all six tables are empty, with which no date is run."""
        return not (
            self.products
            or self.suppliers
            or self.product_suppliers
            or self.replenishment_rules
            or self.stores
            or self.warehouses
        )


@dataclass(frozen=True)
class Variables:
    """The rule variables and their defaults."""

    net_open_orders: bool = False
    spike_window_days: int = 28
    spike_min_run_dates: int = 7
    spike_sigma: Decimal = Decimal(3)
    spike_ratio: Decimal = Decimal(2)
    allow_missing_warehouses: bool = False
    allow_no_orders: bool = False
    order_max_age_days: int = 2
    whole_units: Sequence[str] = ("EA",)
    hold_codes: Sequence[str] = ()
    statuses_not_bought: Sequence[str] = ("discontinued",)
    snapshot_min_share: Decimal = Decimal("0.5")


@dataclass(frozen=True)
class PublishedDate:
    """The latest version of an earlier date: what later dates look back at.

    Attributes:
        demand: per SKU.
        files: feed and sha256 of the files of which rows counted.
        snapshots: SKUs of each warehouse that sent stock.
    """

    business_date: date
    demand: Mapping[str, Decimal]
    orders: Sequence[Document]
    files: Set[tuple[str, str]] = frozenset()
    snapshots: Mapping[str, Set[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Inputs:
    """Everything that the result of one business date depends on.

    ``history`` holds the dates published before this one; a date on or after
    ``business_date`` in it is an error of the caller. ``former_orders`` are those of
    the version before ``version``, if there is one.
    """

    business_date: date
    order_lines: Sequence[OrderLine]
    stock_rows: Sequence[StockRow]
    load_history: Sequence[LoadedFile]
    master: Master
    variables: Variables = Variables()
    history: Sequence[PublishedDate] = ()
    version: int = 1
    former_orders: Sequence[Document] = ()
