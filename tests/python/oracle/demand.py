"""Demand per SKU from order lines, and whether today's is out of the ordinary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from oracle.arithmetic import ZERO
from oracle.exceptions import Exceptions
from oracle.inputs import Inputs, OrderLine, PublishedDate, Variables
from oracle.times import instant

_Key = tuple[str, str | None, str, int]


@dataclass(frozen=True)
class CountedLine:
    """The copy that counts of one order line, and what its other copies held."""

    line: OrderLine
    others_quantity: Decimal
    is_conflicting: bool


def counted_lines(lines: Iterable[OrderLine]) -> list[CountedLine]:
    """One line per store, point of sale (or none), order and line number."""
    copies: dict[_Key, list[OrderLine]] = defaultdict(list)
    for line in lines:
        key = (line.store_id, line.pos_id, line.order_id, line.line_number)
        copies[key].append(line)
    return [_counted(same_key) for same_key in copies.values()]


def _counted(copies: Sequence[OrderLine]) -> CountedLine:
    """The latest copy, then the larger quantity, then the greater SKU.

    Copies equal in instant, SKU and quantity are no conflict, however written.
    """
    counted = max(copies, key=_precedence)
    return CountedLine(
        line=counted,
        others_quantity=sum((copy.quantity for copy in copies), ZERO)
        - counted.quantity,
        is_conflicting=len({_precedence(copy) for copy in copies}) > 1,
    )


def _precedence(line: OrderLine) -> tuple[datetime, Decimal, bytes]:
    return (instant(line.ordered_at), line.quantity, line.sku_id.encode())


def demand_per_sku(counted: Iterable[CountedLine]) -> dict[str, Decimal]:
    """The sum over all stores and files."""
    demand: dict[str, Decimal] = defaultdict(Decimal)
    for each in counted:
        demand[each.line.sku_id] += each.line.quantity
    return dict(demand)


def report_duplicates(counted: Iterable[CountedLine], exceptions: Exceptions) -> None:
    for each in counted:
        if each.is_conflicting:
            exceptions.add(
                "conflicting_duplicate",
                sku_id=each.line.sku_id,
                store_id=each.line.store_id,
                quantity=each.others_quantity,
            )


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
