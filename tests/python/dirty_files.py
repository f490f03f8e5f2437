"""Dirty files, each with what the gate has to make of it.

    python tests/python/dirty_files.py OUT

writes ``OUT/<feed>/2025-06-30/<file>`` and, beside the feeds, ``OUT/expected.json``.
What is expected stands here by hand: nothing in these modules asks the gate.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from dirty_case import DAY, ID, DirtyFile
from dirty_csv import csv_cells, csv_files, csv_rows
from dirty_json import json_files, json_lines
from dirty_json_values import json_values
from dirty_stock import packed_files, stock_files


def dirty_files() -> list[DirtyFile]:
    """Every case, with its id in name and content."""
    found = []
    for number, case in enumerate(_all()):
        identity = f"C{number:03}"
        rows = tuple(
            tuple(cell and cell.replace(ID, identity) for cell in row)
            for row in case.rows
        )
        name = f"{identity} {case.name}"
        content = case.content.replace(ID.encode(), identity.encode())
        found.append(
            DirtyFile(
                name, content, case.feed, case.pad, rows, case.refused, case.reason,
                case.read,
            )
        )  # fmt: skip
    return found


def write(out: Path) -> int:
    """Write every file and what is expected of it; how many."""
    files = dirty_files()
    for case in files:
        path = out / case.feed / DAY / case.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.content)
    expected = {
        f"{case.feed}/{DAY}/{case.name}": {
            key: value for key, value in asdict(case).items() if key != "content"
        }
        for case in files
    }
    (out / "expected.json").write_text(json.dumps(expected, indent=1), "utf-8")
    return len(files)


def _all() -> Iterator[DirtyFile]:
    yield from json_values()
    yield from json_lines()
    yield from json_files()
    yield from csv_cells()
    yield from csv_rows()
    yield from csv_files()
    yield from stock_files()
    yield from packed_files()


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]))} files in {sys.argv[1]}")
