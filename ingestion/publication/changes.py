"""What differs between two sets of orders of a date, line by line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.canonical_json import canonical_text
from ingestion.planning.exports import Row

#: The files of a version but its manifest, by their names in there.
Contents = Mapping[str, bytes]

#: Parts of an order that no line of it says.
_HEADER = (
    "status",
    "supplier",
    "currency",
    "requested_delivery_date",
    "line_count",
    "total_amount",
)


@dataclass(frozen=True)
class LineChange:
    """A line that only one of the two has, or that differs; None where it is absent."""

    supplier_id: str
    sku_id: str
    before: Row | None
    after: Row | None

    def text(self) -> str:
        """The same for people, in one line."""
        where = f"{self.supplier_id} {self.sku_id}"
        if self.before is None or self.after is None:
            said = "line added" if self.before is None else "line removed"
            line = self.after or self.before or {}
            return f"{where}: {said}, {_figures(line)}"
        return f"{where}: " + ", ".join(_differences(self.before, self.after))


@dataclass(frozen=True)
class Changes:
    """Everything that differs between two sets of orders and exceptions.

    Attributes:
        lines: by supplier and SKU.
        orders: headers that differ: supplier, before, after.
        exceptions_added, exceptions_removed: in their published order.
    """

    lines: list[LineChange]
    orders: list[tuple[str, Row | None, Row | None]]
    exceptions_added: list[Row]
    exceptions_removed: list[Row]

    @property
    def any(self) -> bool:
        """Whether there is a difference at all."""
        return bool(
            self.lines
            or self.orders
            or self.exceptions_added
            or self.exceptions_removed
        )

    def texts(self) -> list[str]:
        """The same for people, a line each, order lines first."""
        return [
            *(change.text() for change in self.lines),
            *(_order_text(*change) for change in self.orders),
            *(f"exception added: {_said(row)}" for row in self.exceptions_added),
            *(f"exception removed: {_said(row)}" for row in self.exceptions_removed),
        ]

    def document(self) -> dict[str, Any]:
        """The same for programs; lines as published, with their explanations."""
        lines = [
            (
                {"supplier_id": change.supplier_id, "sku_id": change.sku_id},
                change.before,
                change.after,
            )
            for change in self.lines
        ]
        return {
            "added": [{**key, "after": b} for key, a, b in lines if a is None],
            "removed": [{**key, "before": a} for key, a, b in lines if b is None],
            "changed": [
                {**key, "before": a, "after": b} for key, a, b in lines if a and b
            ],
            "orders": [
                {"supplier_id": supplier, "before": before, "after": after}
                for supplier, before, after in self.orders
            ],
            "exceptions": {
                "added": self.exceptions_added,
                "removed": self.exceptions_removed,
            },
        }


def changes_between(before: Contents, after: Contents) -> Changes:
    """Compare the files of two versions of a date, each by its name.

    The number of a version and of a line are no difference: a line is known by
    supplier and SKU.
    """
    orders_before, orders_after = orders_of(before), orders_of(after)
    rows_before, rows_after = _exceptions_of(before), _exceptions_of(after)
    return Changes(
        lines=list(_line_changes(_lines_of(orders_before), _lines_of(orders_after))),
        orders=[
            (supplier, was, now)
            for supplier in _in_order({*orders_before, *orders_after})
            if (was := _header(orders_before.get(supplier)))
            != (now := _header(orders_after.get(supplier)))
        ],
        exceptions_added=_only_in(rows_after, rows_before),
        exceptions_removed=_only_in(rows_before, rows_after),
    )


def orders_of(contents: Contents) -> dict[str, Row]:
    """The orders among a version's files, by supplier, numbers as int or Decimal."""
    return {
        name.removesuffix(".json"): json.loads(content, parse_float=Decimal)
        for name, content in contents.items()
        if name.endswith(".json") and "/" not in name
    }


def _exceptions_of(contents: Contents) -> list[Row]:
    return [
        row
        for name, content in contents.items()
        if name.endswith(".json") and "/" in name
        for row in json.loads(content, parse_float=Decimal)["exceptions"]
    ]


def _line_changes(
    before: Mapping[tuple[str, str], Row], after: Mapping[tuple[str, str], Row]
) -> Iterator[LineChange]:
    keys = sorted({*before, *after}, key=lambda key: [part.encode() for part in key])
    for key in keys:
        was, now = before.get(key), after.get(key)
        if _without_number(was) != _without_number(now):
            yield LineChange(*key, was, now)


def _lines_of(orders: Mapping[str, Row]) -> dict[tuple[str, str], Row]:
    return {
        (supplier, line["sku_id"]): line
        for supplier, order in orders.items()
        for line in order["lines"]
    }


def _without_number(line: Row | None) -> Row:
    return {key: value for key, value in (line or {}).items() if key != "line_number"}


def _header(order: Row | None) -> Row | None:
    return None if order is None else {key: order[key] for key in _HEADER}


def _only_in(rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    known = {canonical_text(row) for row in others}
    return [row for row in rows if canonical_text(row) not in known]


def _in_order(suppliers: set[str]) -> list[str]:
    return sorted(suppliers, key=str.encode)


def _differences(before: Row, after: Row) -> Iterator[str]:
    was = {**_without_number(before), **before["explanation"]}
    now = {**_without_number(after), **after["explanation"]}
    for key in was:
        if key != "explanation" and was[key] != now.get(key):
            yield f"{key} {_value(was[key])} -> {_value(now.get(key))}"


def _figures(line: Row) -> str:
    need = line["explanation"]["net_demand"]
    return (
        f"ordered_quantity {_value(line['ordered_quantity'])} "
        f"for a net_demand of {_value(need)}"
    )


def _order_text(supplier: str, before: Row | None, after: Row | None) -> str:
    if before is None or after is None:
        return f"{supplier}: order {'added' if before is None else 'removed'}"
    differing = [key for key in _HEADER if before[key] != after[key]]
    return f"{supplier}: order " + ", ".join(
        f"{key} {_value(before[key])} -> {_value(after[key])}" for key in differing
    )


def _said(row: Row) -> str:
    ids = [row[key] for key in row if key.endswith("_id") or key == "file_name"]
    return " ".join([row["code"], *(text for text in ids if text)])


def _value(value: Any) -> str:
    return value if isinstance(value, str) else canonical_text(value)
