"""What the models planned for a date, as the files that a version consists of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ingestion.canonical_json import canonical_line
from ingestion.planning.exports import Row
from ingestion.publication.documents import (
    cancelled_order,
    exceptions_csv,
    exceptions_json,
    supplier_order,
)

#: Figures by what they are of: a subject, and which one of its kind ("" for the only).
Figures = Mapping[tuple[str, str], Row]


@dataclass(frozen=True)
class File:
    """A file to publish; ``lines`` counts order lines, or rows of exceptions."""

    content: bytes
    lines: int


@dataclass(frozen=True)
class Published:
    """What a published version holds.

    Attributes:
        skus: SKUs planned, whether something had to be ordered or not.
        orders: those with lines.
        held: orders among them that wait for a person.
        cancelled: orders of the former version that are taken back.
    """

    version: int
    skus: int
    orders: int
    held: int
    lines: int
    exceptions_by_code: dict[str, int]
    cancelled: int = 0


@dataclass(frozen=True)
class PlannedVersion:
    """Everything that a version of a date publishes.

    Attributes:
        orders: rows as exported, by the supplier's UTF-8 bytes.
        cancelled: orders of the former version whose supplier has none now.
        exceptions: in their published order.
        demand: one row per SKU planned, by the SKU's UTF-8 bytes.
        history: the earlier dates and versions that were looked back at.
        quality_checks: what was measured of files and sites.
        snapshots: SKUs of each warehouse that sent stock, by the warehouse's bytes.
        figures: those of the marts, with which all of it was reconciled.
    """

    business_date: date
    version: int
    orders: list[Row]
    cancelled: list[Row]
    exceptions: list[Row]
    demand: list[Row]
    history: list[Row]
    quality_checks: list[Row]
    snapshots: list[Row]
    figures: Figures

    @cached_property
    def documents(self) -> list[Row]:
        """The orders as documents, by the supplier's UTF-8 bytes."""
        documents = [supplier_order(row, self.version) for row in self.orders]
        documents += [cancelled_order(one, self.version) for one in self.cancelled]
        return sorted(documents, key=_by_supplier)

    @cached_property
    def files(self) -> dict[str, File]:
        """Every file but the manifest, by its name as the manifest has it."""
        files = {
            f"{order['supplier']['supplier_id']}.json": File(
                canonical_line(order), order["line_count"]
            )
            for order in self.documents
        }
        rows = self.exceptions
        contents = {
            "json": exceptions_json(self.business_date, self.version, rows),
            "csv": exceptions_csv(rows),
        }
        for ending, content in contents.items():
            name = exceptions_name(self.business_date, ending)
            files[name] = File(content, len(rows))
        return files

    @property
    def contents(self) -> dict[str, bytes]:
        """Content of every file, by its name."""
        return {name: file.content for name, file in self.files.items()}

    def published(self) -> Published:
        """The figures of the version."""
        orders = self.documents
        return Published(
            version=self.version,
            skus=len(self.demand),
            orders=sum(order["status"] != "cancelled" for order in orders),
            held=sum(order["status"] == "held" for order in orders),
            lines=sum(order["line_count"] for order in orders),
            exceptions_by_code=dict(Counter(row["code"] for row in self.exceptions)),
            cancelled=len(self.cancelled),
        )


def exceptions_name(business_date: date, ending: str) -> str:
    """Name of a date's exceptions in its manifest, as ``json`` or ``csv``."""
    return f"exceptions/{business_date}.{ending}"


def open_lines(documents: list[Row]) -> Iterator[tuple[Row, Row]]:
    """Orders and lines that are still to arrive: released, with a delivery date."""
    for order in documents:
        if order["status"] == "released" and order["requested_delivery_date"]:
            for line in order["lines"]:
                yield order, line


def _by_supplier(order: Row) -> bytes:
    supplier_id: str = order["supplier"]["supplier_id"]
    return supplier_id.encode()
