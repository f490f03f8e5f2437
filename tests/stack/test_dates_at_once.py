"""Runs of different dates build on one Trino at the same time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from engines import environment, on_stack

from ingestion.config import PROJECT_DIR
from ingestion.lake.hdfs import open_hdfs_lake
from stack.launcher.places import StackPlace

DATES = ("2026-03-01", "2026-03-02", "2026-03-03")


def test_two_dates_build_at_once_after_the_tables_are_made(
    stack: StackPlace, workdir: Path
) -> None:
    folder = workdir / "at-once"
    for arguments in (
        ["generate", "--from", DATES[0], "--to", DATES[-1],
         "--out", f"{folder}/inbox", "--master-out", f"{folder}/master"],
        ["master", "load", "--from", f"{folder}/master", "--prune"],
    ):  # fmt: skip
        assert started(stack, "-m", "ingestion", *arguments).wait(300) == 0
    assert batch(stack, folder, DATES[0]).wait(900) == 0

    runs = [batch(stack, folder, day) for day in DATES[1:]]
    ended = [(*run.communicate(timeout=900), run.returncode) for run in runs]

    assert [code for *_, code in ended] == [0, 0], ended
    assert not any("Waiting for another date" in errors for _, errors, _ in ended)
    lake = open_hdfs_lake(stack.lake, stack.client_environment())
    for day in DATES:
        path = f"output/supplier_orders/{day}/manifest.json"
        with lake.reader(path) as stream:
            assert json.load(stream)["business_date"] == day


def batch(place: StackPlace, folder: Path, day: str) -> subprocess.Popen[str]:
    return started(
        place, "run_batch.py", "--target", "trino", "--date", day,
        "--inbox", f"{folder}/inbox",
    )  # fmt: skip


def started(place: StackPlace, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT_DIR,
        env=environment(on_stack(place)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
