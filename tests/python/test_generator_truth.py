"""What the gate finds in damaged files is what the generator says it damaged."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from ingestion.gate import ReceivedFile, receive
from ingestion.generator.defects import FILE_DAMAGES, LINE_DAMAGES, ORDER_DAMAGES
from ingestion.generator.inbox import drop_files
from ingestion.generator.retailer import Size, build_retailer
from ingestion.generator.sales import Sales, Wishes
from ingestion.lake import LocalLake

DAY = date(2026, 3, 3)
NOW = datetime(2026, 3, 3, 22, tzinfo=timezone.utc)
SIZE = Size(stores=200, skus=100, orders=9000)
#: Damage after which a row is accepted: the rules of the models deal with it.
ACCEPTED = {"sent twice", "sent again with another quantity"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_damage_is_found_and_nothing_else(seed: int, tmp_path: Path) -> None:
    retailer = build_retailer(seed, SIZE)
    wishes = Wishes(defects=False, damaged=0.02, damaged_files=0.7)
    dropped = drop_files(Sales(retailer, wishes), tmp_path / "inbox", DAY)
    truth = {
        file["file_name"]: file
        for file in json.loads((tmp_path / f"truth/{DAY}.json").read_text())["damaged"]
    }
    found = received(tmp_path)

    seen: Counter[str] = Counter()
    for file in truth.values():
        seen += Counter(file.get("damaged_rows", {}))
        seen[str(file.get("damage"))] += 1
        assert_as_said(file, found)
    assert seen.keys() >= {*LINE_DAMAGES, *ORDER_DAMAGES, *FILE_DAMAGES}
    damaged = {*truth, *(f"{name}.txt" for name in truth), *(f"z {n}" for n in truth)}
    for name, entry in found.items():
        assert name in damaged or entry.status == "accepted"
    whole = [name for name, file in truth.items() if "damage" in file]
    read = sum(e.rows_read for name, e in found.items() if name not in whole)
    assert 0 < read < dropped.order_lines


def assert_as_said(file: dict[str, Any], found: dict[str, ReceivedFile]) -> None:
    """One file's entry in the load history, against what was done to it."""
    name, damage = file["file_name"], file.get("damage")
    if damage == "unfinished":
        assert name not in found
    elif damage == "sent twice":
        assert found[f"z {name}"].status == "duplicate"
    elif damage:
        entry = found[f"{name}.txt" if damage == "extension" else name]
        assert (entry.status, entry.reason) == ("quarantined", file["reason"])
    else:
        entry = found[name]
        refused = sum(
            n for what, n in file["damaged_rows"].items() if what not in ACCEPTED
        )
        if entry.status == "quarantined":
            assert refused / entry.rows_read > 0.05
        else:
            assert entry.rows_refused == refused


def received(folder: Path) -> dict[str, ReceivedFile]:
    entries = receive(
        LocalLake(folder / "lake"),
        folder / "inbox",
        DAY,
        run_id="test",
        received_at=NOW,
    )
    return {entry.file_name: entry for entry in entries if entry.feed == "orders"}
