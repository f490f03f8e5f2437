"""Which dates are due at which instant, and how long an evening waits for files."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingestion import gate
from ingestion.batch.due import DueDates, due_dates
from ingestion.batch.durations import Estimate
from ingestion.batch.window import BatchWindow
from ingestion.config import load_settings
from ingestion.date_run.waiting import POLL, FeedWait
from ingestion.lake import LocalLake
from pipeline_runner import call, state_with_master_data

UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def days(*numbers: int) -> list[date]:
    return [date(2026, 1, number) for number in numbers]


class Scene:
    """An inbox with files of some dates, and a lake with some of them published."""

    def __init__(self, folder: Path) -> None:
        self.lake, self.inbox = LocalLake(folder / "lake"), folder / "inbox"

    def drop(self, *numbers: int, name: str = "a.csv", feed: str = "orders") -> None:
        for day in days(*numbers):
            (self.inbox / feed / str(day)).mkdir(parents=True, exist_ok=True)
            (self.inbox / feed / str(day) / name).write_text("")

    def publish(self, *numbers: int) -> None:
        for day in days(*numbers):
            path = f"output/supplier_orders/{day}/manifest.json"
            with self.lake.writer(path) as stream:
                stream.write(b'{"version": 1}\n')

    def due(
        self, now: str, zone: ZoneInfo = UTC, first: date | None = None
    ) -> DueDates:
        return due_dates(self.lake, self.inbox, at(now), zone, first)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-01-03T21:59:59", days(1, 2)),
        ("2026-01-03T22:00:00", days(1, 2, 3)),
        ("2026-01-03T23:59:59", days(1, 2, 3)),
        ("2026-01-04T00:00:00", days(1, 2, 3)),
        ("2026-01-04T11:59:59", days(1, 2, 3)),
        ("2026-01-04T12:00:00", days(1, 2, 3)),
    ],
)
def test_dates_are_due_from_the_opening_of_their_window_oldest_first(
    scene: Scene, now: str, due: list[date]
) -> None:
    scene.drop(3, 1, 2, 5)

    assert scene.due(now).dates == due


def test_a_published_date_is_not_due_and_an_older_one_that_failed_still_is(
    scene: Scene,
) -> None:
    scene.drop(1, 2, 3)
    scene.publish(1, 3)
    with scene.lake.writer("output/supplier_orders/2026-01-02/X.json") as stream:
        stream.write(b"{}\n")  # no manifest: not published

    assert scene.due("2026-01-03T22:30").dates == days(2)


def test_the_window_opens_by_the_retailers_clock(scene: Scene) -> None:
    scene.drop(1)

    assert scene.due("2026-01-01T20:59", BERLIN).dates == []
    assert scene.due("2026-01-01T21:00", BERLIN).dates == days(1)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-01-02T21:59", []),
        ("2026-01-02T22:00", days(2)),
        ("2026-01-03T11:59", days(2)),
        ("2026-01-03T12:01", []),
    ],
)
def test_a_night_without_any_file_is_due_while_it_is_tonight(
    scene: Scene, now: str, due: list[date]
) -> None:
    scene.drop(1)
    scene.publish(1)

    assert scene.due(now).dates == due


def test_a_date_between_without_files_is_told_and_not_run(scene: Scene) -> None:
    scene.drop(1, 4)

    assert scene.due("2026-01-04T22:00") == DueDates(days(1, 4), days(2, 3))


def test_unfinished_files_and_other_folders_make_no_date_due(scene: Scene) -> None:
    scene.drop(1, name="a.csv.part")
    (scene.inbox / "orders" / "archive").mkdir()
    (scene.inbox / "orders" / "2026-01-01.zip").write_text("")

    assert scene.due("2026-01-05T13:00").dates == []


def test_a_lower_bound_leaves_out_what_lies_before_it(scene: Scene) -> None:
    scene.drop(1, 2)

    assert scene.due("2026-01-05T13:00", first=date(2026, 1, 2)).dates == days(2)


def test_stock_alone_makes_a_date_due_because_its_orders_are_missing(
    scene: Scene,
) -> None:
    scene.drop(1, feed="stock")

    assert scene.due("2026-01-05T13:00").dates == days(1)


def test_an_estimate_follows_the_dates_that_did_work() -> None:
    estimate = Estimate(5)

    assert estimate.after({}) == "1 of 5 dates done."
    assert estimate.after({"plan orders": 10.0}) == (
        "2 of 5 dates done, 10.0 s each, about 30 s left."
    )
    # The first one parsed the project, which the others do not do again.
    assert estimate.after({"plan orders": 3.0, "wait for files": 900.0}) == (
        "3 of 5 dates done, 3.0 s each, about 6 s left."
    )
    assert estimate.after({"plan orders": 3.0}) is not None
    assert estimate.after({"plan orders": 3.0}) is None


def test_a_missed_deadline_is_said_to_the_run_of_that_night() -> None:
    window = BatchWindow.of(date(2026, 1, 1), UTC)
    started = at("2026-01-01T23:50")

    assert window.miss(started, at("2026-01-02T00:00")) is None
    assert "MISSED its deadline 00:00 by 12 min" in str(
        window.miss(started, at("2026-01-02T00:12"))
    )
    assert window.miss(at("2026-02-01T10:00"), at("2026-02-01T10:05")) is None


ORDERS = "order_id,store_id,ordered_at,line_number,sku_id,quantity\n"
STOCK = "warehouse_id,sku_id,available\n"
MASTER = {
    "products": "sku_id,name,pack_size,unit,status\nA,Nut,12,EA,active\n",
    "suppliers": "supplier_id,name,lead_time_days,currency,min_order_value\n"
    "SUP-1,One,3,EUR,\n",
    "product_suppliers": "sku_id,supplier_id,priority,unit_price\nA,SUP-1,1,1.2\n",
    "replenishment_rules": "sku_id,moq,safety_stock\nA,50,6\n",
    "stores": "store_id,name,region\nS1,One,N\nS2,Two,S\n",
    "warehouses": "warehouse_id,name,region,capacity\nW1,One,N,\n",
}


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_with_master_data(MASTER) as state:
        yield state


class Evening:
    """An evening whose clock goes on while the batch sleeps, and files that come in."""

    def __init__(self, state: Path, folder: Path, now: str) -> None:
        self.now = at(now)
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        self.lake = LocalLake(folder / "lake")
        self.said: list[str] = []
        self.deliveries: list[tuple[str, str, str]] = []
        self.settings = load_settings(
            inbox=str(self.inbox), environ={"PROCUREMENT_STATE": str(state)}
        )

    def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= POLL
        self.now += timedelta(seconds=seconds)
        if self.deliveries:
            self.drop(*self.deliveries.pop(0))

    def drop(self, feed: str, name: str, text: str) -> None:
        folder = self.inbox / feed / "2026-01-01"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)

    def receive(self) -> list[gate.ReceivedFile]:
        day = date(2026, 1, 1)
        return gate.receive(
            self.lake, self.inbox, day, run_id="run", received_at=self.now
        )

    def wait(self, until: time | None) -> bool:
        """Wait, if there is time left to; whether there was."""
        wait = FeedWait(
            self.settings, until, lambda: self.now, self.sleep, for_warehouses=True
        )
        day = date(2026, 1, 1)
        if wait.is_due(day):
            wait.wait(day, self.receive, self.said.append)
            return True
        return False


def test_an_evening_waits_until_everybody_has_delivered(
    state: Path, tmp_path: Path
) -> None:
    evening = Evening(state, tmp_path, "2026-01-01T22:00")
    # The name says nothing: only reading tells that both stores are in one file.
    both = f"{ORDERS}1,S1,2026-01-01T10:00,1,A,1\n2,S2,2026-01-01T10:00,1,A,1\n"
    evening.deliveries = [
        ("orders", "x.csv", both),
        ("stock", "y.csv", STOCK + "W1,A,1\n"),
    ]

    assert evening.wait(time(23, 0))

    assert evening.said == [
        "Waiting until 23:00 for 2 stores (S1, S2) and 1 warehouse (W1).",
        "Waiting until 23:00 for 1 warehouse (W1).",
    ]
    assert evening.now == at("2026-01-01T22:00") + timedelta(seconds=2 * POLL)


def test_an_evening_waits_no_longer_than_it_is_told_to(
    state: Path, tmp_path: Path
) -> None:
    evening = Evening(state, tmp_path, "2026-01-01T22:59:50")

    assert evening.wait(time(23, 0))

    assert evening.now == at("2026-01-01T23:00")


@pytest.mark.parametrize(
    ("now", "until", "waits"),
    [
        ("2026-01-01T23:00", time(23, 0), False),
        ("2026-01-02T00:14:59", time(0, 15), True),
        ("2026-01-02T00:15", time(0, 15), False),
        ("2026-01-09T22:00", time(23, 0), False),
        ("2026-01-01T22:00", None, False),
    ],
)
def test_waiting_belongs_to_the_evening_of_the_date(
    state: Path, tmp_path: Path, now: str, until: time | None, waits: bool
) -> None:
    assert Evening(state, tmp_path, now).wait(until) is waits


CLOCKED = """
import sys
from datetime import datetime, timedelta, timezone
from ingestion.commands.run_batch import main
now = [datetime.fromisoformat(sys.argv[1]).replace(tzinfo=timezone.utc)]
def sleep(seconds):
    now[0] += timedelta(seconds=seconds)
sys.exit(main(sys.argv[2:], lambda: now[0], sleep))
"""


def clocked(
    state: Path, folder: Path, now: str, *options: str
) -> subprocess.CompletedProcess[str]:
    """Run the batch at another time; its clock stands still but while it sleeps."""
    return call(
        state, "-c", CLOCKED, now, *options,
        *("--inbox", f"{folder}/inbox", "--lake", f"{folder}/lake"),
    )  # fmt: skip


def test_a_machine_that_was_off_catches_up_over_midnight(
    state: Path, tmp_path: Path
) -> None:
    for day in days(1, 2):
        for feed, text in (
            ("orders", f"{ORDERS}1,S1,{day}T10:00,1,A,13\n"),
            ("stock", f"{STOCK}W1,A,1\n"),
        ):
            folder = tmp_path / "inbox" / feed / str(day)
            folder.mkdir(parents=True)
            (folder / "a.csv").write_text(text)

    late = clocked(
        state, tmp_path, "2026-01-03T00:30", "--due", "--wait-until", "00:31"
    )

    assert late.returncode == 0, late.stderr
    assert late.stdout.startswith("Business dates due: 2026-01-01, 2026-01-02\n")
    assert "Waiting until 00:31 for 1 store (S2)." in late.stderr
    assert "2026-01-02 MISSED its deadline 00:00 by 31 min." in late.stderr
    assert "2026-01-01 MISSED" not in late.stderr
    codes = json.loads(
        (tmp_path / "lake/output/exceptions/2026-01-02.json").read_text()
    )
    assert "missing_feed" in {row["code"] for row in codes["exceptions"]}

    again = clocked(state, tmp_path, "2026-01-03T00:40", "--due")

    assert (again.returncode, again.stdout) == (0, "Business dates due: none\n")
    assert again.stderr == "run_batch.py: The window of 2026-01-03 opens at 22:00.\n"

    tonight = clocked(state, tmp_path, "2026-01-03T22:00", "--due")

    assert tonight.returncode == 3
    assert tonight.stdout.startswith("Business dates due: 2026-01-03\n")

    by_day = clocked(state, tmp_path, "2026-01-04T10:00", "--due")

    assert by_day.returncode == 3
    assert "MISSED" not in by_day.stderr
    assert "The window of 2026-01-04 opens at 22:00." in by_day.stderr


def test_resuming_without_a_date_takes_the_dates_of_the_run_that_failed(
    state: Path, tmp_path: Path
) -> None:
    (tmp_path / "inbox").mkdir()
    failed = clocked(state, tmp_path, "2026-01-03T23:00", "--date", "2026-01-01")
    assert failed.returncode == 3

    resumed = clocked(state, tmp_path, "2026-01-08T15:00", "--resume")

    assert resumed.stdout.startswith("Business date 2026-01-01\n")
    assert "Resuming the run 20260103T230000Z" in resumed.stderr
    assert "set back" not in resumed.stderr


def test_a_clock_that_was_set_back_is_said_and_harms_nothing(
    state: Path, tmp_path: Path
) -> None:
    (tmp_path / "inbox").mkdir()
    clocked(state, tmp_path, "2026-02-03T23:00", "--date", "2026-01-01")

    back = clocked(state, tmp_path, "2026-02-01T23:00", "--date", "2026-01-01")

    assert back.returncode == 3
    assert "2026-02-01 23:00 UTC" in back.stderr
    assert "set back" in back.stderr
