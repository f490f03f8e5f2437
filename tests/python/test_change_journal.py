"""Changing a published date can fail or be killed anywhere, and never shows a mix."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timezone
from pathlib import Path
from typing import BinaryIO

import pytest

from exported_builds import BUILD, exception_row, export_build
from gate_files import CSV_ROW, STOCK_COLUMNS, csv_file
from ingestion import gate
from ingestion.date_run.date_run import DateRun
from ingestion.date_run.rerun import Rerun
from ingestion.errors import PublicationError, ReconciliationError
from ingestion.gate import ReceivedFile
from ingestion.lake import Lake, LocalLake
from ingestion.master_data.capture import (
    MasterSnapshot,
    capture_folder,
    put_in_place,
    snapshot_in,
    waiting_folder,
)
from ingestion.master_data.tables import TABLES
from ingestion.planning.dbt_build import BuildResult
from ingestion.planning.rule_variables import load_rule_variables
from ingestion.publication.change_journal import (
    DateChange,
    dates_in_change,
    is_behind,
    note_level,
)
from ingestion.publication.composing import compose
from ingestion.publication.provenance import provenance_of
from ingestion.publication.published import published_version
from ingestion.publication.publishing import publish
from ingestion.publication.version_files import Published
from ingestion.replay.next_version import renew
from ingestion.replay.published_date import replay_published

DAY = date(2026, 1, 1)
NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
#: What stands in for a build of the models.
Build = Callable[[LocalLake], BuildResult]
OUTPUT, KEPT = "output", "versions/2026-01-01"


class Kill(BaseException):
    """The process is gone: nothing after this happens."""


class WatchedLake(LocalLake):
    """A lake whose published files are looked at after every change to it.

    Attributes:
        left: changes that are made before one is not; below zero, all are.
        error: raised by that one; a ``Kill`` by all that follow, too.
    """

    def __init__(
        self, folder: Path, left: int = -1, error: BaseException | None = None
    ) -> None:
        super().__init__(folder)
        self.folder = folder
        self.left = left
        self.error = error

    def _change(self) -> None:
        if self.left == 0 and self.error:
            self.left = 0 if isinstance(self.error, Kill) else -1
            raise self.error
        self.left -= 1

    def _look(self) -> None:
        assert_no_mix(self.folder)

    @contextmanager
    def writer(self, path: str, *, replace: bool = False) -> Iterator[BinaryIO]:
        self._change()
        with super().writer(path, replace=replace) as stream:
            yield stream
        self._look()

    def rename(self, source: str, target: str) -> None:
        self._change()
        super().rename(source, target)
        self._look()

    def delete(self, path: str) -> None:
        self._change()
        super().delete(path)
        self._look()


def assert_no_mix(root: Path) -> None:
    """The published date has no manifest, or every file is as the manifest says."""
    orders = root / f"output/supplier_orders/{DAY}"
    if not (orders / "manifest.json").exists():
        return
    for file in json.loads((orders / "manifest.json").read_text())["files"]:
        name = file["name"]
        path = root / "output" / name if "/" in name else orders / name
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]


class Place:
    """An inbox, a lake with one published date, and master data that may change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "lake"
        self.lake = LocalLake(self.root)
        self.capacity = "1.000"
        #: The version that the tables hold.
        self.tables: int | None = 1
        self.drop("orders", "a.csv", csv_file(CSV_ROW))
        self.drop("stock", "w.csv", csv_file(header=STOCK_COLUMNS))
        received = gate.receive(
            self.lake, folder / "inbox", DAY, run_id="first", received_at=NOW
        )
        run = self.run(self.lake)
        master = run.write_capture()
        put_in_place(self.lake, DAY)
        build = run.plan(run.variables, None)
        files = compose(self.lake, DAY, 1, {}, build.build_id)
        publish(self.lake, files, provenance_of(received, master, run.variables))

    def drop(self, feed: str, name: str, content: bytes) -> None:
        path = self.folder / "inbox" / feed / str(DAY) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def run(self, lake: LocalLake, build: Build | None = None) -> _DateRun:
        return _DateRun(self, lake, build or export_what_raw_holds)

    def renew(self, lake: LocalLake | None = None) -> Published | None:
        lake = lake or self.lake
        return renew(self.run(lake), published_version(lake, DAY) or 0)

    def state(self, *folders: str) -> dict[str, bytes]:
        """Files of the lake but exports and what is kept for later dates."""
        kept = folders or ("raw", "output", "master", "manifests/ingestion", "versions")
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for folder in kept
            for path in sorted((self.root / folder).rglob("*"))
            if path.is_file()
        }

    def write_capture(self, lake: Lake) -> MasterSnapshot:
        folder = waiting_folder(DAY)
        lake.delete(folder)
        for table in TABLES:
            row = {column.name: "1" for column in table.columns}
            if table.name == "warehouses":
                row["capacity"] = self.capacity
            with lake.writer(f"{folder}/{table.name}.jsonl") as stream:
                stream.write(json.dumps(row).encode() + b"\n")
        return snapshot_in(lake, folder)


class _DateRun(DateRun):
    """The steps of a run, without PostgreSQL, and with exports in place of dbt."""

    def __init__(self, place: Place, lake: LocalLake, build: Build) -> None:
        self.lake, self.business_date = lake, DAY
        self.variables = load_rule_variables(None)
        self.rerun = Rerun(include_late=True, refresh_master=True)
        self._place, self._build = place, build

    def demand_hold(self) -> None:
        """Nobody else is there."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        yield

    def receive_late(self) -> list[ReceivedFile]:
        inbox = self._place.folder / "inbox"
        return gate.receive(
            self.lake, inbox, DAY, run_id="late", received_at=NOW, is_published=True
        )

    def write_capture(self) -> MasterSnapshot:
        return self._place.write_capture(self.lake)

    def check_complete(self, *_: object) -> None:
        """These dates have no stores and warehouses to be complete with."""

    def plan(self, *_: object, **__: object) -> BuildResult:
        return self._build(self._place.lake)

    def take_over(self, *, only_absent: bool = False) -> None:
        if not only_absent:
            self._place.tables = published_version(self.lake, DAY)

    def bring_up(self) -> None:
        self.take_over()
        note_level(self.lake, DAY)


def export_what_raw_holds(lake: LocalLake) -> BuildResult:
    """Stand in for the models: demand is what the raw files and the master say."""
    raw = b"".join(_content(lake, path) for path in gate.files_in_raw(lake, DAY))
    master = _content(lake, f"{capture_folder(DAY)}/warehouses.jsonl")
    digits = hashlib.sha256(raw + master).hexdigest()[:6]
    export_build(
        lake,
        DAY,
        exceptions=[exception_row(DAY, "x", 1, digits)],
        demand=[{"sku_id": f"SKU-{digits}", "demand": 1}],
    )
    return BuildResult(BUILD, models={}, tests=[])


def _content(lake: LocalLake, path: str) -> bytes:
    with lake.reader(path) as stream:
        return stream.read()


def changed(folder: Path) -> Place:
    """A published date for which a correction and a new file came, and master data."""
    place = Place(folder)
    place.drop("orders", "a.csv", csv_file(CSV_ROW.replace(",2,", ",3,")))
    place.drop("orders", "b.csv", csv_file(CSV_ROW.replace("O1", "O2")))
    place.capacity = "2.000"
    gate.receive(
        place.lake,
        place.folder / "inbox",
        DAY,
        run_id="late",
        received_at=NOW,
        is_published=True,
    )
    return place


@pytest.fixture(autouse=True, scope="module")
def _no_waiting_for_the_disk() -> Iterator[None]:
    """A process that dies takes no power with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the date comes to when nothing goes wrong."""
    place = changed(tmp_path_factory.mktemp("undisturbed"))
    assert place.renew() is not None
    return place.state()


def test_a_change_that_fails_anywhere_leaves_the_former_version(
    tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    place = changed(tmp_path)
    before = place.state()
    failures = 0
    for changes in range(200):
        lake = WatchedLake(place.root, changes, OSError(28, "No space left"))
        with suppress(OSError):
            if place.renew(lake):
                break
        failures += 1
        assert dates_in_change(place.lake) == []
        place.lake.delete("master/_waiting")
        assert place.state() == before, changes

    assert failures > 30
    DateChange(place.lake, DAY).settle()
    assert place.state() == undisturbed


def test_a_change_that_is_killed_anywhere_is_completed_with_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, undisturbed: dict[str, bytes]
) -> None:
    kills = 0
    for changes in range(200):
        place = changed(tmp_path_factory.mktemp("killed"))
        before = place.state(*_BUT_VERSIONS)
        try:
            place.renew(WatchedLake(place.root, changes, Kill()))
        except Kill:
            kills += 1
        else:
            break
        watched = WatchedLake(place.root)
        DateChange(watched, DAY).settle()
        version = published_version(place.lake, DAY)
        assert place.tables == version or is_behind(place.lake, DAY), changes
        if version == 1:
            place.lake.delete("master/_waiting")
            assert place.state(*_BUT_VERSIONS) == before, changes
            place.renew(watched)
        note_level(place.lake, DAY)
        assert place.state() == undisturbed, changes

    assert kills > 30


_BUT_VERSIONS = ("raw", "output", "master", "manifests/ingestion", "held_back")


class ForgetfulLake(LocalLake):
    """A lake that loses the last byte of what is published."""

    def rename(self, source: str, target: str) -> None:
        super().rename(source, target)
        if target == f"output/supplier_orders/{DAY}" and "_building" in source:
            path = Path(self.root) / target / "manifest.json"
            path.write_bytes(path.read_bytes()[:-1])


def test_a_version_that_reads_back_otherwise_gives_way_to_the_former(
    tmp_path: Path,
) -> None:
    place = changed(tmp_path)
    before = place.state()

    with pytest.raises(PublicationError, match=r"manifest\.json is "):
        place.renew(ForgetfulLake(place.root))

    place.lake.delete("master/_waiting")
    assert place.state() == before


def without_demand(lake: LocalLake) -> BuildResult:
    """A build of which an export got lost that is in no published file."""
    build = export_what_raw_holds(lake)
    lake.delete(f"export/results/business_date={DAY}/name=demand")
    return build


def test_a_version_that_is_not_what_its_marts_hold_is_refused(tmp_path: Path) -> None:
    place = changed(tmp_path)
    before = place.state()

    with pytest.raises(ReconciliationError, match="demand: row count planned 1, exp"):
        renew(place.run(place.lake, without_demand), 1)

    place.lake.delete("master/_waiting")
    assert place.state() == before


def test_a_replay_is_not_identical_to_what_its_marts_do_not_hold(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path)
    assert replay_published(place.run(place.lake), 1).is_identical

    with pytest.raises(ReconciliationError, match="demand: row count planned 1, exp"):
        replay_published(place.run(place.lake, without_demand), 1)
