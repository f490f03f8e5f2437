"""One business date from its inputs to its orders and exceptions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext

from oracle.arithmetic import EXACT
from oracle.completeness import (
    refusals,
    report_files,
    report_shrunken_snapshots,
    report_sites,
    snapshots,
)
from oracle.demand import (
    counted_lines,
    demand_per_sku,
    report_duplicates,
    report_fractions,
    report_old_orders,
    report_spikes,
)
from oracle.documents import (
    Line,
    Order,
    make_line,
    make_order,
    order_document,
    with_cancelled,
)
from oracle.exceptions import ExceptionRow, Exceptions
from oracle.inputs import Document, Inputs, PublishedDate
from oracle.need import NetDemand, net_demand_per_sku
from oracle.serialisation import json_bytes
from oracle.sourcing import choose_supplier, report_gaps
from oracle.stock import kept_rows, report_stock, stock_per_sku


@dataclass(frozen=True)
class Result:
    """What a business date comes to; nothing but reasons when it is refused.

    Attributes:
        refusals: why nothing is published; empty for a date that is.
        net_demand: one row per SKU seen, by the SKU's bytes.
        orders: published documents by the supplier's bytes, numbers as Decimal.
        exceptions: rows in the order of the report, ``message`` left empty.
        counted_files: feed and sha256 of those of which rows counted.
        snapshots: SKUs of each warehouse that sent stock.
    """

    business_date: date
    refusals: Sequence[str] = ()
    demand: dict[str, Decimal] = field(default_factory=dict)
    net_demand: Sequence[NetDemand] = ()
    orders: Sequence[Document] = ()
    exceptions: Sequence[ExceptionRow] = ()
    counted_files: Set[tuple[str, str]] = frozenset()
    snapshots: Mapping[str, Set[str]] = field(default_factory=dict)

    def files(self) -> dict[str, bytes]:
        """The order files by name, as they are to be published."""
        return {
            f"{order['supplier']['supplier_id']}.json": json_bytes(order)
            for order in self.orders
        }

    def published(self) -> PublishedDate:
        """What a later date reads of this one."""
        return PublishedDate(
            self.business_date,
            self.demand,
            self.orders,
            self.counted_files,
            self.snapshots,
        )


def calculate(inputs: Inputs) -> Result:
    """The result of one business date.

    Raises:
        ValueError: inputs that the gate would not have let pass.
    """
    with localcontext(EXACT):
        reasons = refusals(inputs)
        if reasons:
            return Result(inputs.business_date, refusals=reasons)
        return _calculate(inputs)


def _calculate(inputs: Inputs) -> Result:
    exceptions = Exceptions(inputs.business_date)
    report_files(inputs, exceptions)
    report_sites(inputs, exceptions)
    report_shrunken_snapshots(inputs, exceptions)
    counted = counted_lines(inputs.order_lines)
    report_duplicates(counted, exceptions)
    report_old_orders(counted, inputs, exceptions)
    demand = demand_per_sku(counted)
    report_spikes(demand, inputs, exceptions)
    report_fractions(demand, inputs, exceptions)
    kept = kept_rows(inputs.stock_rows)
    report_stock(kept, exceptions)
    needs = net_demand_per_sku(inputs, demand, stock_per_sku(kept), exceptions)
    orders = _orders(inputs, needs, exceptions)
    # Flags last: they repeat every code of the date, whichever step found it.
    flags = {need.sku_id: exceptions.naming(need.sku_id) for need in needs}
    return Result(
        business_date=inputs.business_date,
        demand=demand,
        net_demand=needs,
        orders=with_cancelled(
            [order_document(order, inputs, flags) for order in orders], inputs
        ),
        exceptions=exceptions.rows(),
        counted_files={
            (file.feed, file.sha256)
            for file in inputs.load_history
            if file.counts() and file.rows_accepted and file.sha256
        },
        snapshots=snapshots(inputs),
    )


def _orders(
    inputs: Inputs, needs: Sequence[NetDemand], exceptions: Exceptions
) -> list[Order]:
    """One order per supplier with lines; needs come sorted by SKU."""
    lines: dict[str, list[Line]] = defaultdict(list)
    for need in needs:
        if need.net_demand > 0:
            report_gaps(need, inputs, exceptions)
            supplier_id = choose_supplier(need, inputs, exceptions)
            line = supplier_id and make_line(need, supplier_id, inputs, exceptions)
            if supplier_id and line:
                lines[supplier_id].append(line)
    return [
        make_order(supplier_id, lines[supplier_id], inputs, exceptions)
        for supplier_id in sorted(lines, key=str.encode)
    ]
