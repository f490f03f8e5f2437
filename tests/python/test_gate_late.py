"""What comes after a date is published: kept aside, and counted when asked to."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import pytest

from gate_files import CSV_ROW, csv_file
from ingestion.gate import (
    apply_changes,
    counting_late_files,
    late_files,
    load_history,
    receive,
)
from test_gate_receiving import BROKEN, DAY, A, B, C, Place

D = csv_file(CSV_ROW.replace("O1", "OD"))


class PublishedPlace(Place):
    """A place whose date was published with A under the name a.csv."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.drop("a.csv", A)
        self.receive()
        self.minute = 0

    def late(self) -> None:
        """Receive what the inbox holds now, a minute later than before."""
        self.minute += 1
        moment = datetime(2026, 1, 2, 8, self.minute, tzinfo=timezone.utc)
        receive(
            self.lake,
            self.inbox,
            DAY,
            run_id=f"late-{self.minute}",
            received_at=moment,
            is_published=True,
        )

    def count_late(self) -> None:
        apply_changes(self.lake, counting_late_files(self.lake, DAY))

    def held_back(self) -> Counter[str]:
        """Number of files by kind."""
        return Counter(path.split("/")[2] for path in self.files("held_back"))

    def waiting(self) -> list[str]:
        return [item.file_name for item in late_files(load_history(self.lake, DAY))]


@pytest.fixture
def place(tmp_path: Path) -> PublishedPlace:
    return PublishedPlace(tmp_path)


def test_late_files_wait_and_then_count_as_if_they_had_come_in_time(
    place: PublishedPlace, tmp_path: Path
) -> None:
    before = place.files("raw")
    place.drop("a.csv", B)
    place.drop("c.csv", C)
    place.late()

    assert place.files("raw") == before
    assert place.held_back() == {"late": 2}
    assert place.statuses() == {
        "a.csv=A": "accepted",
        "a.csv=B": "late",
        "c.csv=C": "late",
    }

    place.late()
    place.count_late()

    assert place.raw_orders() == ["OB", "OC"]
    assert place.held_back() == {"superseded": 1}
    history = load_history(place.lake, DAY)
    assert {(item.status, item.is_late) for item in history} == {
        ("superseded", False),
        ("accepted", True),
    }
    in_time = Place(tmp_path / "in_time")
    for content in (A, B):
        in_time.drop("a.csv", content)
        in_time.receive()
    in_time.drop("c.csv", C)
    in_time.receive()
    assert place.files("raw") == in_time.files("raw")
    assert place.statuses() == in_time.statuses()


def test_same_bytes_are_a_duplicate_whether_they_count_or_wait(
    place: PublishedPlace,
) -> None:
    before = place.files("raw")
    place.drop("0-lower-name.csv", A)
    place.drop("b.csv", B)
    place.drop("b-again.csv", B)
    place.late()

    assert sorted(place.statuses().values()) == [
        "accepted", "duplicate", "duplicate", "late",
    ]  # fmt: skip
    assert place.files("raw") == before
    place.count_late()
    assert place.raw_orders() == ["OA", "OB"]


def test_last_word_of_a_sender_is_what_waits(place: PublishedPlace) -> None:
    for content in (B, C):
        place.drop("a.csv", content)
        place.late()
    assert place.statuses()["a.csv=B"] == "superseded"
    assert place.waiting() == ["a.csv"]

    # Back to the bytes that count: nothing waits any longer.
    place.drop("a.csv", A)
    place.late()

    assert place.waiting() == []
    assert counting_late_files(place.lake, DAY) == []
    assert place.held_back() == {"superseded": 2}

    # And once more the bytes that were superseded.
    place.drop("a.csv", B)
    place.late()
    place.count_late()
    assert place.raw_orders() == ["OB"]


def test_content_that_another_name_brings_too_goes_on_waiting(
    place: PublishedPlace,
) -> None:
    place.drop("b.csv", B)
    place.drop("c.csv", B)
    place.late()
    waiting = place.waiting()
    place.drop(waiting[0], D)
    place.late()

    assert sorted(place.waiting()) == ["b.csv", "c.csv"]
    place.count_late()
    assert place.raw_orders() == ["OA", "OB", "OD"]


def test_late_file_that_is_refused_supersedes_nothing(place: PublishedPlace) -> None:
    place.drop("a.csv", BROKEN)
    (place.inbox / "orders" / str(DAY) / "folder.csv").mkdir()
    place.late()

    assert sorted(place.waiting()) == ["a.csv", "folder.csv"]
    assert BROKEN in place.files("quarantine").values()

    place.count_late()

    assert place.raw_orders() == ["OA"]
    statuses = Counter(item.status for item in load_history(place.lake, DAY))
    assert statuses == {"accepted": 1, "quarantined": 2}


def test_late_file_whose_sidecar_is_put_right_is_read(place: PublishedPlace) -> None:
    place.drop("b.csv", B)
    sidecar = place.inbox / "orders" / str(DAY) / "b.csv.sha256"
    sidecar.write_text("0" * 64)
    place.late()
    assert {item.reason for item in load_history(place.lake, DAY)} == {
        None,
        "checksum-error",
    }

    sidecar.write_text(Place.sha(B))
    place.late()
    place.count_late()

    assert place.raw_orders() == ["OA", "OB"]


def test_what_a_killed_run_left_among_the_late_files_is_made_good(
    place: PublishedPlace,
) -> None:
    place.drop("b.csv", B)
    place.late()
    (late,) = place.files("held_back")
    (place.lake_folder / "held_back" / late).unlink()
    stray = place.lake_folder / f"held_back/orders/{DAY}/late/stray.csv"
    stray.write_bytes(C)

    place.late()

    assert list(place.files("held_back")) == [late]
