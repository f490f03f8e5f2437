"""Runs of different dates on one Trino at the same time touch nothing of each other.

The dates of a pair lie so far apart that neither looks back at the other: whichever of
them is published first, both have to come to what they come to one after the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from engines import call, contents, empty_lake, environment, on_stack

from ingestion.config import PROJECT_DIR
from ingestion.lake import Lake, LocalLake
from ingestion.planning.exports import exported_rows
from stack.launcher.places import StackPlace
from stack.launcher.services import trino_rows

#: Makes the tables, so that the others need not be alone for that.
FIRST = "2026-03-01"
PAIRS = [(f"2026-03-{day:02}", f"2026-06-{day:02}") for day in range(2, 8)]


@dataclass(frozen=True)
class Evenings:
    """Files of every date, and what they come to one after the other.

    Attributes:
        folder: has the inbox, and the lake of the embedded engine.
        lake: the stack's, in which the first date is published.
    """

    stack: StackPlace
    folder: Path
    lake: Lake

    def run(self, *days: str) -> None:
        """Publish dates on Trino, all at once."""
        runs = [
            started(
                self.stack, "run_batch.py", "--target", "trino", "--date", day,
                "--inbox", f"{self.folder}/inbox",
            )
            for day in days
        ]  # fmt: skip
        ended = [(*run.communicate(timeout=1800), run.returncode) for run in runs]
        assert [code for *_, code in ended] == [0 for _ in days], ended
        assert not any("Waiting for another date" in said for _, said, _ in ended)

    def expected(self, days: Sequence[str]) -> dict[str, bytes]:
        """What dates publish one after the other, on the embedded engine."""
        places = {
            "PROCUREMENT_STATE": f"{self.folder}/state",
            "PROCUREMENT_LAKE": f"{self.folder}/lake",
        }
        for day in days:
            call(
                places, "run_batch.py", "--date", day,
                "--inbox", f"{self.folder}/inbox",
            )  # fmt: skip
        return contents(LocalLake(self.folder / "lake"), "output")


@pytest.fixture(scope="module")
def evenings(stack: StackPlace, workdir: Path) -> Evenings:
    """The tables are made, and the first date is published on both engines."""
    evenings = Evenings(stack, workdir / "at-once", empty_lake(stack))
    local = {"PROCUREMENT_STATE": f"{evenings.folder}/state"}
    for day in (FIRST, *(day for pair in PAIRS for day in pair)):
        call(
            local, "-m", "ingestion", "generate", "--from", day, "--to", day,
            "--out", f"{evenings.folder}/inbox",
            "--master-out", f"{evenings.folder}/master",
        )  # fmt: skip
    for places in (local, on_stack(stack)):
        call(
            places, "-m", "ingestion", "master", "load",
            "--from", f"{evenings.folder}/master", "--prune",
        )  # fmt: skip
    evenings.run(FIRST)
    assert contents(evenings.lake, "output") == evenings.expected([FIRST])
    return evenings


def test_a_pair_at_once_publishes_what_it_does_one_after_the_other(
    evenings: Evenings,
) -> None:
    evenings.run(*PAIRS[0])

    expected = evenings.expected(PAIRS[0])
    assert {f"output/exceptions/{day}.csv" for day in PAIRS[0]} <= expected.keys()
    assert contents(evenings.lake, "output") == expected


def test_export_of_another_date_in_between_takes_nothing_away(
    evenings: Evenings, tmp_path: Path
) -> None:
    """The very moment at which a view of the date was replaced by another date's."""
    day, other = PAIRS[0]
    dbt = [
        *(sys.executable, "-m", "dbt.cli.main", "run", "--target", "trino"),
        *("--profiles-dir", ".", "--select", "path:models/exports"),
        *("--vars", f"{{run_date: '{other}', master_data_is_captured: true}}"),
        *("--target-path", str(tmp_path), "--log-path", str(tmp_path)),
    ]
    call(
        {**on_stack(evenings.stack), "PYTHONPATH": str(PROJECT_DIR)},
        "tests/stack/interrupted_build.py", day, *dbt,
    )  # fmt: skip

    for exported in (day, other):
        planned = trino_rows(
            evenings.stack,
            "select order_id from iceberg.procurement.fct_supplier_orders "
            f"where business_date = date '{exported}'",
        )
        rows = exported_rows(
            evenings.lake, "supplier_orders", date.fromisoformat(exported)
        )
        assert planned
        assert sorted(row["order_id"] for row in rows) == sorted(
            order_id for (order_id,) in planned
        )


@pytest.mark.long
@pytest.mark.parametrize("attempt", [1, 2, 3])
def test_six_pairs_on_a_busy_machine_publish_what_they_do_one_after_the_other(
    evenings: Evenings, attempt: int
) -> None:
    expected = evenings.expected([day for pair in PAIRS for day in pair])
    empty_lake(evenings.stack)
    evenings.run(FIRST)
    with busy_machine():
        for pair in PAIRS:
            evenings.run(*pair)
            print(f"attempt {attempt}: {pair} published", flush=True)

    assert contents(evenings.lake, "output") == expected


@contextmanager
def busy_machine() -> Iterator[None]:
    """Every core has something else to do as well."""
    burners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def started(place: StackPlace, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT_DIR,
        env=environment(on_stack(place)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
