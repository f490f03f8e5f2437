"""The guard before publication: the files of a date against the marts of its build.

The build itself sums the marts to figures, after everything else is built. Here the
same figures are taken from the very bytes that are about to be published, and from the
rows that are kept for later dates: one that differs, and nothing is published.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext
from typing import Any

from ingestion.canonical_json import Json, canonical_text
from ingestion.errors import ReconciliationError
from ingestion.planning.exports import Row
from ingestion.publication.version_files import Figures, PlannedVersion

_FIGURES = ("status", "row_count", "quantity", "amount", "total_amount")
_SUBJECTS = {
    "orders": "order",
    "exceptions": "exceptions",
    "demand": "demand",
    "history_used": "dates looked back at for",
    "quality_checks": "quality checks that",
}
#: More than a sum of a million numbers of 38 digits can have.
_DIGITS = 60
#: Begins the names of the two files of exceptions in a version.
_EXCEPTIONS = "exceptions/"
#: Differences shown to people.
_SHOWN = 10


def reconcile(version: PlannedVersion, exported_figures: Iterable[Row]) -> Figures:
    """Compare a version with the figures of its build, which are returned.

    Raises:
        ReconciliationError: figures are missing, or one differs.
    """
    planned = _planned(list(exported_figures))
    if planned is None:
        raise _refusal(version, ["the figures of its build are missing or incomplete"])
    exceptions = {key: row for key, row in planned.items() if key[0] == "exceptions"}
    differences = [
        *_written_twice(version),
        *_snapshots_missed(version),
        *_differences(planned, _found(version)),
        *_differences(exceptions, _by_code(_rows_of_csv(version)), " in the CSV"),
    ]
    if differences:
        raise _refusal(version, differences)
    return planned


def figures_document(figures: Figures) -> dict[str, Json]:
    """Figures as the manifest of a date records them.

    Of the quality checks only how many there are: how many of them failed depends on
    thresholds that change no published byte.
    """
    of: dict[str, list[tuple[str, Row]]] = {subject: [] for subject in _SUBJECTS}
    for subject, key in sorted(figures, key=lambda each: each[1].encode()):
        of[subject].append((key, figures[subject, key]))
    [(_, demand)] = of["demand"]
    return {
        "orders": [
            {
                "order_id": order_id,
                "status": row["status"],
                "lines": row["row_count"],
                "ordered_quantity": row["quantity"],
                "line_amount": row["amount"],
                "total_amount": row["total_amount"],
            }
            for order_id, row in of["orders"]
        ],
        "exceptions": [
            {"code": code, "rows": row["row_count"], "quantity": row["quantity"]}
            for code, row in of["exceptions"]
        ],
        "demand": {"skus": demand["row_count"], "quantity": demand["quantity"]},
        "history_used": {name: row["row_count"] for name, row in of["history_used"]},
        "quality_checks": sum(row["row_count"] for _, row in of["quality_checks"]),
    }


def _planned(rows: list[Row]) -> Figures | None:
    """The figures of the build; None unless all of them are there, each once."""
    figures = {(row["subject"], row["key"] or ""): _figure(**row) for row in rows}
    counts = {row["figure_count"] for row in rows}
    return figures if counts == {len(rows)} == {len(figures)} else None


def _found(version: PlannedVersion) -> Figures:
    """The same figures of what is to be published, or kept for later dates."""
    history = Counter(row["purpose"] for row in version.history)
    checks = Counter(row["status"] for row in version.quality_checks)
    return {
        **{("orders", name): figure for name, figure in _orders(version)},
        **_by_code(_rows_of_json(version)),
        ("demand", ""): _figure(
            row_count=len(version.demand),
            quantity=_sum(row["demand"] for row in version.demand),
        ),
        **{("history_used", key): _figure(row_count=n) for key, n in history.items()},
        **{("quality_checks", key): _figure(row_count=n) for key, n in checks.items()},
    }


def _orders(version: PlannedVersion) -> Iterator[tuple[str, Row]]:
    """Orders by their id; those that take a former order back are no part of a plan."""
    for name in version.files:
        if name.startswith(_EXCEPTIONS):
            continue
        order = json.loads(version.files[name].content, parse_float=Decimal)
        lines = order["lines"]
        if order["status"] != "cancelled":
            yield (
                order["order_id"],
                _figure(
                    status=order["status"],
                    row_count=len(lines),
                    quantity=_sum(line["ordered_quantity"] for line in lines),
                    amount=_sum(line["line_amount"] for line in lines),
                    total_amount=order["total_amount"],
                ),
            )


def _written_twice(version: PlannedVersion) -> Iterator[str]:
    """Orders exported more than once, of which the files hold only the last."""
    for order_id, count in Counter(row["order_id"] for row in version.orders).items():
        if count > 1:
            yield f"order {order_id} was exported {count} times"


def _snapshots_missed(version: PlannedVersion) -> Iterator[str]:
    """Warehouses that delivered and whose SKUs were not exported, or the reverse."""
    delivered = {
        row["scope_id"]
        for row in version.quality_checks
        if row["check_name"] == "rows" and row["scope_kind"] == "warehouse"
    }
    listed = {row["warehouse_id"] for row in version.snapshots}
    for warehouse_id in sorted(delivered ^ listed):
        said = "planned, not exported" if warehouse_id in delivered else "not planned"
        yield f"snapshot of warehouse {warehouse_id}: {said}"


def _rows_of_json(version: PlannedVersion) -> list[Row]:
    document = json.loads(_exceptions(version, "json"), parse_float=Decimal)
    rows: list[Row] = document["exceptions"]
    return rows


def _rows_of_csv(version: PlannedVersion) -> list[Row]:
    text = _exceptions(version, "csv").decode()
    return [
        {**row, "quantity": Decimal(row["quantity"]) if row["quantity"] else None}
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]


def _exceptions(version: PlannedVersion, ending: str) -> bytes:
    return version.files[f"{_EXCEPTIONS}{version.business_date}.{ending}"].content


def _by_code(exceptions: Iterable[Row]) -> Figures:
    quantities: dict[str, list[Any]] = {}
    for row in exceptions:
        quantities.setdefault(row["code"], []).append(row["quantity"])
    return {
        ("exceptions", code): _figure(row_count=len(given), quantity=_sum(given))
        for code, given in quantities.items()
    }


def _differences(planned: Figures, found: Figures, where: str = "") -> Iterator[str]:
    for key in sorted({*planned, *found}):
        subject = f"{_SUBJECTS[key[0]]} {key[1]}".rstrip() + where
        if key not in found:
            yield f"{subject}: planned {_text(planned[key])}, not exported"
        elif key not in planned:
            yield f"{subject}: exported {_text(found[key])}, not planned"
        for name in _FIGURES:
            before, after = planned.get(key, {}).get(name), found.get(key, {}).get(name)
            if key in planned and key in found and before != after:
                yield (
                    f"{subject}: {name.replace('_', ' ')} planned "
                    f"{canonical_text(before)}, exported {canonical_text(after)}"
                )


def _text(figure: Row) -> str:
    return f"with {figure['row_count']} rows"


def _refusal(version: PlannedVersion, differences: list[str]) -> ReconciliationError:
    day, more = version.business_date, len(differences) - _SHOWN
    return ReconciliationError(
        "\n".join(
            [
                f"{day}: what was exported is not what was planned; nothing published.",
                *(f"  {text}" for text in differences[:_SHOWN]),
                *([f"  and {more} more"] if more > 0 else []),
                "Run the date again. If it differs again, compare the marts with "
                f"export/*/business_date={day} in the lake.",
            ]
        )
    )


def _figure(**given: Any) -> Row:
    return {name: given.get(name) for name in _FIGURES}


def _sum(values: Iterable[int | Decimal | None]) -> Decimal | None:
    """The exact sum of what is known; None when nothing is."""
    known = [Decimal(value) for value in values if value is not None]
    with localcontext() as context:
        context.prec = _DIGITS
        return sum(known, Decimal(0)) if known else None
