"""Corrected files and rows from quarantine to orders, before and after publication."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline_runner import call
from postgres_states import state_folder
from small_retailer import DAYS, HEADER, Retailer, quantities

DAY = DAYS[0]
#: Refused whole: neither of its two rows has a number.
WHOLE = f"{HEADER}7,S1,{DAY}T12:00,1,A,x\n7,S1,{DAY}T12:00,2,B,x\n"
#: Taken but for two of its rows, each of half a litre of oil more when corrected.
PART = HEADER + "".join(
    f"8,S2,{DAY}T12:00,{number},B,{0.5 if number < 41 else 'x'}\n"
    for number in range(1, 43)
)


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


@pytest.fixture
def retailer(state: Path, tmp_path: Path) -> Retailer:
    """An evening with a file that is refused whole and one that is in part."""
    retailer = Retailer(tmp_path, state)
    retailer.load()
    retailer.drop_evening(DAY)
    retailer.drop("orders", DAY, "whole.csv", WHOLE)
    retailer.drop("orders", DAY, "part.csv", PART)
    return retailer


def correct(retailer: Retailer) -> list[str]:
    """Requeue all of the one file, and one of the other's two rows; what is said."""
    said = []
    for name, lines in (("whole.csv", None), ("part.csv.rejects.jsonl", 1)):
        kept = retailer.work / f"lake/quarantine/orders/{DAY}" / name
        text = "".join(kept.read_text().splitlines(keepends=True)[:lines])
        copy = retailer.work / name
        copy.write_text(text.replace(",A,x", ",A,48").replace(",B,x", ",B,0.5"))
        done = call(
            retailer.state, "-m", "ingestion", "requeue", str(copy),
            f"--date={DAY}", "--feed=orders", f"--lake={retailer.work}/lake",
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    return said


def reported(retailer: Retailer) -> list[tuple[str, str, Any]]:
    rows = retailer.document(f"output/exceptions/{DAY}.json")["exceptions"]
    return [(row["code"], row["file_name"], row["quantity"]) for row in rows]


def alerts(retailer: Retailer) -> list[str]:
    path = retailer.work / f"lake/reports/{DAY}/alerts.json"
    return [alert["subject"] for alert in json.loads(path.read_text())["alerts"]]


def test_corrections_after_publication_count_in_the_next_version(
    retailer: Retailer,
) -> None:
    (first,) = retailer.summaries("--date", DAY)
    assert quantities(retailer.orders(DAY)) == {"A": 60, "B": 22.5}
    assert (first["rows_accepted"], first["rows_refused"]) == (44, 4)
    assert reported(retailer) == [
        ("refused_file", "whole.csv", None),
        ("refused_rows", "part.csv", 2),
    ]
    assert "orders/whole.csv" in alerts(retailer)
    published = retailer.files("output")

    for said in correct(retailer):
        assert f"run_batch.py --date {DAY} --include-late" in said

    assert retailer.files("output") == published
    (plain,) = retailer.summaries("--date", DAY)
    assert plain["late_files"] == ["part.csv.requeued.csv", "whole.csv"]

    (second,) = retailer.summaries("--date", DAY, "--include-late")

    assert second["version"] == 2
    assert quantities(retailer.orders(DAY)) == {"A": 72, "B": 23.5}
    assert (second["rows_accepted"], second["rows_refused"]) == (47, 1)
    assert reported(retailer) == [
        ("late_file", "part.csv.requeued.csv", None),
        ("late_file", "whole.csv", None),
        ("refused_rows", "part.csv", 1),
    ]
    assert alerts(retailer) == []

    (again,) = retailer.summaries("--date", DAY, "--include-late")

    # The refused file lies in the inbox as before.
    assert (again["version"], again["late_files"]) == (2, [])
    assert "identical" in retailer.batch("--date", DAY, "--replay").stdout


def test_corrections_before_publication_take_the_refusals_away(
    retailer: Retailer,
) -> None:
    landed = call(
        retailer.state, "-m", "ingestion", "land", f"--date={DAY}", *retailer.places()
    )
    assert landed.returncode == 0, landed.stderr
    correct(retailer)

    (only,) = retailer.summaries("--date", DAY)

    assert only["version"] == 1
    assert quantities(retailer.orders(DAY)) == {"A": 72, "B": 23.5}
    assert (only["rows_accepted"], only["rows_refused"]) == (47, 1)
    assert reported(retailer) == [("refused_rows", "part.csv", 1)]
    assert alerts(retailer) == []
