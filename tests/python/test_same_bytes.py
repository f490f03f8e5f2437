"""The same evening in another order, under other names, on another day: same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline_runner import call
from postgres_states import state_folder
from small_retailer import DAYS, HEADER, Retailer

DAY = DAYS[0]
#: One of its rows is refused, which the report says with the file's name.
PARTLY = HEADER + "".join(f"{n},S1,{DAY}T12:00,1,A,1\n" for n in range(10, 40))
PARTLY += f"5,S1,{DAY}T12:00,1,A,two\n"
IN_2031 = """
import sys
from datetime import datetime, timezone
from ingestion.commands.run_batch import main
sys.exit(main(sys.argv[1:], lambda: datetime(2031, 5, 6, 7, tzinfo=timezone.utc)))
"""


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


def test_order_and_names_of_files_and_the_day_of_the_run_change_no_byte(
    state: Path, tmp_path: Path
) -> None:
    here, there = (Retailer(tmp_path / name, state) for name in ("here", "there"))
    for retailer in (here, there):
        retailer.work.mkdir()
        retailer.drop_evening(DAY)
    here.load()
    here.drop("orders", DAY, "partly.csv", PARTLY)
    here.summaries("--date", DAY)
    _land_in_reverse(there)

    done = call(state, "-c", IN_2031, "--date", DAY, *there.places())

    assert done.returncode == 0, done.stderr
    assert _without_file_names(there) == _without_file_names(here)
    orders = f"output/supplier_orders/{DAY}"
    mine, theirs = here.files(orders), there.files(orders)
    for files in (mine, theirs):
        manifest = json.loads(files.pop("manifest.json"))
        assert len(manifest["inputs"]) == 4
    assert theirs == mine


def _land_in_reverse(retailer: Retailer) -> None:
    """Land the files one by one under names that turn their order round."""
    folder = retailer.work / "inbox/orders" / DAY
    contents = {path.name: path.read_text() for path in folder.iterdir()}
    contents["partly.csv"] = PARTLY
    for path in folder.iterdir():
        path.unlink()
    for number, name in enumerate(sorted(contents, reverse=True)):
        retailer.drop("orders", DAY, f"{number} {name[::-1]}.csv", contents[name])
        landed = call(
            retailer.state, "-m", "ingestion", "land", "--date", DAY, *retailer.places()
        )
        assert landed.returncode == 0, landed.stderr


def _without_file_names(retailer: Retailer) -> list[dict[str, Any]]:
    document = retailer.document(f"output/exceptions/{DAY}.json")
    named = [row["file_name"] for row in document["exceptions"] if row["file_name"]]
    assert len(named) == 1
    return [{**row, "file_name": None} for row in document["exceptions"]]
