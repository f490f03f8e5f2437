"""The run's log: there when it can be, and never the reason that a night fails."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ingestion.batch.durations import last_duration, remember_duration
from ingestion.date_run.run_folder import (
    RUNS_KEPT,
    former_runs,
    latest_start,
    make_run_folder,
)
from ingestion.date_run.run_log import RunLog, open_run_log
from ingestion.errors import UsageError


def clock() -> datetime:
    return datetime(2026, 1, 1, 22, tzinfo=timezone.utc)


def test_events_are_written_as_they_happen(tmp_path: Path) -> None:
    with open_run_log(tmp_path / "log.jsonl", clock) as log:
        log.event("file", file_name="b\udcff ü.csv")
        text = (tmp_path / "log.jsonl").read_text("utf-8")

    assert json.loads(text)["event"] == "file"
    assert "ü" in text


def test_a_state_that_is_no_folder_is_refused_in_one_message(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")

    with pytest.raises(UsageError, match="PROCUREMENT_STATE"):
        make_run_folder(tmp_path / "state", clock())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has /dev/full")
def test_a_full_disk_loses_events_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "last_run_seconds").symlink_to("/dev/full")
    with Path("/dev/full").open("wb", buffering=0) as stream:
        RunLog(stream, clock).event("summary")

    remember_duration(tmp_path, {"publish": 1.0})
    assert last_duration(tmp_path / "other").total_seconds() == 0


def test_every_run_has_a_folder_of_its_own_and_old_ones_go(tmp_path: Path) -> None:
    twice = [make_run_folder(tmp_path, clock()) for _ in range(2)]
    assert twice[0] != twice[1]

    later = [
        make_run_folder(tmp_path, clock() + timedelta(seconds=number))
        for number in range(1, RUNS_KEPT + 1)
    ]
    set_back = make_run_folder(tmp_path, clock() - timedelta(days=1))

    assert list(former_runs(tmp_path)) == [*reversed(later), set_back]
    assert latest_start(tmp_path) == clock() + timedelta(seconds=RUNS_KEPT)


def test_a_run_has_succeeded_when_its_summary_says_so(tmp_path: Path) -> None:
    folder = make_run_folder(tmp_path, clock())
    assert not folder.has_succeeded

    folder.write("summary.json", {"exit_code": 3})
    assert not folder.has_succeeded

    folder.write("summary.json", {"exit_code": 0})
    assert folder.has_succeeded
