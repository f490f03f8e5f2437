"""The dirty files through the gate into any lake, and what has to come of them.

The same code serves the lake in a folder and the one in HDFS, DuckDB and Trino.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

from dirty_case import DAY, DirtyFile, Row
from dirty_files import dirty_files, write
from ingestion.gate import ReceivedFile, receive
from ingestion.gate.workers import Workers
from ingestion.lake import Lake

MODELS = {"orders": "stg_pos__order_lines", "stock": "stg_warehouse__stock_snapshots"}
COLUMNS = {
    "orders": "order_id, store_id, pos_id, ordered_at, line_number, sku_id, quantity, "
    "unit_price",
    "stock": "warehouse_id, sku_id, snapshot_at, available, reserved, safety_stock",
}
Fetch = Callable[[str, str], Sequence[Sequence[Any]]]


def land_dirty_files(
    lake: Lake, folder: Path, workers: Workers | None = None
) -> list[ReceivedFile]:
    """Write the files into an inbox in ``folder`` and receive them into a lake."""
    shutil.rmtree(folder, ignore_errors=True)
    write(folder)
    return receive(
        lake,
        folder,
        date.fromisoformat(DAY),
        run_id="dirty",
        received_at=datetime(2026, 1, 1, 22, tzinfo=timezone.utc),
        workers=workers,
    )


def wrong_verdicts(lake: Lake, history: Sequence[ReceivedFile]) -> list[str]:
    """Every file that fared otherwise than it should, and how."""
    received = {item.file_name: item for item in history}
    wrong = [
        f"{case.name!r}: {problem}"
        for case in dirty_files()
        for problem in _problems(lake, case, received.pop(case.name))
    ]
    return wrong + [f"{name!r} was not sent" for name in received]


def wrong_rows(history: Sequence[ReceivedFile], fetch: Fetch) -> list[str]:
    """Every file that an engine reads otherwise than the gate did.

    ``fetch(model, columns)`` gives rows of a staging model, the file's path first.
    """
    wrong = []
    for feed, model in MODELS.items():
        found = _by_file(fetch(model, f"file_path, {COLUMNS[feed]}"))
        paths = {
            item.file_name: Path(item.landed_path).name
            for item in history
            if item.feed == feed and item.landed_path
        }
        for case in dirty_files():
            if case.feed != feed or case.name not in paths:
                continue
            rows = found.pop(paths[case.name], [])
            of_interest = [row for row in rows if row[0] != "PAD"]
            if len(rows) - len(of_interest) != case.pad:
                wrong.append(f"{case.name!r}: {len(rows)} rows")
            if Counter(of_interest) != Counter(map(_in_full, case.rows)):
                wrong.append(f"{case.name!r}: {of_interest} instead of {case.rows}")
        wrong += [f"nobody sent {name}" for name in found]
    return wrong


def _problems(lake: Lake, case: DirtyFile, item: ReceivedFile) -> list[str]:
    status = "partial" if case.refused else "accepted"
    expected = {
        "status": "quarantined" if case.reason else status,
        "reason": case.reason,
        "rows_read": case.rows_read,
        "rows_accepted": 0 if case.reason else case.pad + len(case.rows),
        "rows_refused": case.rows_read if case.reason else len(case.refused),
    }
    problems = [
        f"{name} is {getattr(item, name)!r}, not {value!r}"
        for name, value in expected.items()
        if getattr(item, name) != value
    ]
    if sum(item.refused_by_reason.values()) != item.rows_refused:
        problems.append("reasons do not sum up")
    if case.reason:
        if _read(lake, item.quarantine_path) != case.content:
            problems.append("other bytes are in quarantine")
        return problems
    rejects = [json.loads(text) for text in _read(lake, item.rejects_path).splitlines()]
    refused = [(row["line"], row["reason"], row["column"]) for row in rejects]
    if refused != list(case.refused):
        problems.append(f"refused are {refused}, not {list(case.refused)}")
    return problems


def _read(lake: Lake, path: str | None) -> bytes:
    if path is None:
        return b""
    with lake.reader(path) as stream:
        return stream.read()


def _by_file(rows: Sequence[Sequence[Any]]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for path, *cells in rows:
        # Trino gives the path as a URL.
        name = path.rpartition("/")[2]
        found.setdefault(name, []).append(_in_full(cells))
    return found


def _in_full(cells: Sequence[Any]) -> Row:
    """Typed values as one text each: decimals with their scale, times in full."""
    return tuple(_text(cell) for cell in cells)


def _text(cell: Any) -> str | None:
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None).isoformat(" ")
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return None if cell is None else str(cell)
