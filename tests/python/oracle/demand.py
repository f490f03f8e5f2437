"""Demand per SKU from order lines, and whether today's is out of the ordinary."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from oracle.arithmetic import ZERO
from oracle.exceptions import Exceptions
from oracle.inputs import Inputs, OrderLine, PublishedDate, Variables
from oracle.times import instant

_Key = tuple[str, str | None, str, int]


@dataclass(frozen=True)
class CountedLine:
    """The copy that counts of one order line, and its other copies."""

    line: OrderLine
    others: Sequence[OrderLine]

    @property
    def is_conflicting(self) -> bool:
        """Copies equal in instant, SKU and quantity are none, however written."""
        return any(
            _precedence(other) != _precedence(self.line) for other in self.others
        )


def counted_lines(lines: Iterable[OrderLine]) -> list[CountedLine]:
    """One line per store, point of sale (or none), order and line number."""
    copies: dict[_Key, list[OrderLine]] = defaultdict(list)
    for line in lines:
        key = (line.store_id, line.pos_id, line.order_id, line.line_number)
        copies[key].append(line)
    return [_counted(same_key) for same_key in copies.values()]


def _counted(copies: Sequence[OrderLine]) -> CountedLine:
    """The latest copy, then the larger quantity, then the greater SKU."""
    counted, *others = sorted(copies, key=_precedence, reverse=True)
    return CountedLine(counted, others)


def _precedence(line: OrderLine) -> tuple[datetime, Decimal, bytes]:
    return (instant(line.ordered_at), line.quantity, line.sku_id.encode())


def demand_per_sku(counted: Iterable[CountedLine]) -> dict[str, Decimal]:
    """What was sold, over all stores and files; no return is taken off."""
    demand: dict[str, Decimal] = defaultdict(Decimal)
    for each in counted:
        if each.line.quantity > 0:
            demand[each.line.sku_id] += each.line.quantity
    return dict(demand)


def report_duplicates(counted: Iterable[CountedLine], exceptions: Exceptions) -> None:
    """Per line, each SKU among the copies that do not count, where copies differ."""
    for each in counted:
        if not each.is_conflicting:
            continue
        quantities: dict[str, Decimal] = defaultdict(Decimal)
        for other in each.others:
            quantities[other.sku_id] += other.quantity
        for sku_id, quantity in quantities.items():
            exceptions.add(
                "conflicting_duplicate",
                sku_id=sku_id,
                store_id=each.line.store_id,
                quantity=quantity,
            )


def report_old_orders(
    counted: Iterable[CountedLine], inputs: Inputs, exceptions: Exceptions
) -> None:
    """Per store the lines made before the first instant (UTC) of the oldest date."""
    age = timedelta(days=inputs.variables.order_max_age_days)
    oldest = datetime.combine(inputs.business_date - age, time.min)
    old = Counter(
        each.line.store_id for each in counted if instant(each.line.ordered_at) < oldest
    )
    for store_id, lines in old.items():
        exceptions.add("old_orders", store_id=store_id, quantity=Decimal(lines))


def report_fractions(
    demand: Mapping[str, Decimal], inputs: Inputs, exceptions: Exceptions
) -> None:
    """Demand that is no whole number, of products sold in whole units."""
    for sku_id, quantity in demand.items():
        product = inputs.master.products.get(sku_id)
        is_whole = product and product.unit in inputs.variables.whole_units
        if is_whole and quantity % 1:
            exceptions.add("fractional_quantity", sku_id=sku_id, quantity=quantity)


def report_spikes(
    demand: Mapping[str, Decimal], inputs: Inputs, exceptions: Exceptions
) -> None:
    run_dates = _run_dates(inputs.history, inputs.business_date, inputs.variables)
    for sku_id, quantity in demand.items():
        earlier = [published.demand.get(sku_id, ZERO) for published in run_dates]
        if is_spike(quantity, earlier, inputs.variables):
            exceptions.add("demand_spike", sku_id=sku_id, quantity=quantity)


def _run_dates(
    history: Iterable[PublishedDate], business_date: date, variables: Variables
) -> list[PublishedDate]:
    """The published dates among the calendar days just before the date."""
    first = business_date - timedelta(days=variables.spike_window_days)
    return [day for day in history if first <= day.business_date < business_date]


def is_spike(
    quantity: Decimal, earlier: Sequence[Decimal], variables: Variables
) -> bool:
    """Above the mean by more than sigma deviations, and by the ratio at least.

    Multiplied out by the number of dates n, so that nothing is divided and no
    root is taken: n*q > S, (n*q - S)^2 > sigma^2 (n*Q - S^2), n*q >= ratio*S.
    """
    n = len(earlier)
    if n < variables.spike_min_run_dates:
        return False
    q = Fraction(quantity)
    total = sum((Fraction(value) for value in earlier), Fraction(0))
    squares = sum((Fraction(value) ** 2 for value in earlier), Fraction(0))
    sigma, ratio = Fraction(variables.spike_sigma), Fraction(variables.spike_ratio)
    return (
        n * q > total
        and (n * q - total) ** 2 > sigma**2 * (n * squares - total**2)
        and n * q >= ratio * total
    )
