"""Rows accepted and refused of a date are the same figures wherever they are told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gate_files import CSV_ROW, csv_file
from ingestion.batch.outcome import DateOutcome
from ingestion.batch.summary import as_json
from ingestion.batch.window import BatchWindow
from ingestion.commands.cli import main
from ingestion.gate import load_history
from ingestion.lake import LocalLake
from ingestion.report.contents import refusals
from ingestion.report.facts import gather
from ingestion.report.headline import headline

DAY = date(2026, 1, 1)


def evening(order: str, bad: int) -> bytes:
    """A file of 40 good rows and some that are refused, few enough to be taken."""
    good = CSV_ROW.replace("O1", order)
    return csv_file(*[good] * 40, *[good.replace(",2,", ",two,")] * bad)


class Place:
    """An inbox and a lake, through the commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lake = LocalLake(folder / "lake")

    def land(self, name: str, content: bytes) -> None:
        path = self.folder / f"inbox/orders/{DAY}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.call("land", f"--date={DAY}", f"--inbox={self.folder}/inbox")

    def requeue(self, name: str, old: str) -> None:
        kept = self.folder / f"lake/quarantine/orders/{DAY}" / name
        kept.write_text(kept.read_text().replace(old, ",2,"))
        self.call("requeue", str(kept))

    def call(self, *arguments: str) -> None:
        assert main([*arguments, f"--lake={self.lake.root}"]) == 0

    def publish(self) -> None:
        path = f"output/supplier_orders/{DAY}/manifest.json"
        with self.lake.writer(path) as stream:
            stream.write(b'{"version":1}')


def superseded(place: Place) -> None:
    place.land("a.csv", evening("A", 2))
    place.land("a.csv", evening("A", 0))


def requeued(place: Place) -> None:
    place.land("a.csv", evening("A", 2))
    place.requeue("a.csv.rejects.jsonl", ",two,")


def requeued_whole(place: Place) -> None:
    place.land("a.csv", evening("A", 9))
    place.requeue("a.csv", ",two,")


def duplicate(place: Place) -> None:
    place.land("a.csv", evening("A", 2))
    place.land("b.csv", evening("A", 2))


def refused(place: Place) -> None:
    place.land("a.csv", evening("A", 9))
    place.land("b.csv", evening("A", 9))


def late(place: Place) -> None:
    place.land("a.csv", evening("A", 1))
    place.publish()
    place.land("b.csv", evening("B", 2))


@pytest.mark.parametrize(
    ("receive", "rows"),
    [
        (superseded, (40, 0)),
        (requeued, (42, 0)),
        (requeued_whole, (49, 0)),
        (duplicate, (40, 2)),
        (refused, (0, 49)),
        (late, (40, 1)),
    ],
)
def test_summary_page_and_history_count_alike(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    receive: Callable[[Place], None],
    rows: tuple[int, int],
) -> None:
    monkeypatch.setenv("PROCUREMENT_STATE", str(tmp_path / "state"))
    place = Place(tmp_path)
    receive(place)
    outcome = DateOutcome(DAY, datetime(2026, 1, 1, 22, tzinfo=timezone.utc))
    outcome.received = load_history(place.lake, DAY)
    window = BatchWindow.of(DAY, ZoneInfo("UTC"))

    summary = as_json(outcome, window, place.lake.root, "log.jsonl")
    facts = gather(place.lake, outcome, summary)
    page = headline(facts)
    capsys.readouterr()
    place.call("status")
    (told,) = re.findall(r"orders: .*; (\d+) rows accepted, (\d+) refused",
                         capsys.readouterr().out)  # fmt: skip

    assert (summary["rows_accepted"], summary["rows_refused"]) == rows
    assert (page["rows_accepted"], page["rows_refused"]) == rows
    assert (int(told[0]), int(told[1])) == rows
    assert facts.files is not None
    assert sum(row["rows_refused"] for row in refusals(facts.files)) == rows[1]
    assert bool(facts.rejects) == bool(rows[1])
