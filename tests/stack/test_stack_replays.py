"""A month of one engine, replayed on the other: `make test-stack-long`."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from engines import call, contents, empty_lake, empty_warehouse, on_stack

from ingestion.lake import Lake, LocalLake
from stack.launcher.places import StackPlace

pytestmark = pytest.mark.long

FIRST = date(2026, 1, 1)
DAYS = 30
FOLDERS = ("raw", "master", "manifests", "output", "versions")
LAST = FIRST + timedelta(days=DAYS - 1)


def test_a_month_published_by_duckdb_replays_identically_on_trino(
    stack: StackPlace, tmp_path: Path
) -> None:
    window = ("--from", f"{FIRST}", "--to", f"{LAST}")
    local = {
        "PROCUREMENT_STATE": f"{tmp_path}/state",
        "PROCUREMENT_LAKE": f"{tmp_path}/lake",
    }
    call(
        local, "-m", "ingestion", "generate", *window,
        "--out", f"{tmp_path}/inbox", "--master-out", f"{tmp_path}/master",
    )  # fmt: skip
    call(local, "-m", "ingestion", "master", "load", "--from", f"{tmp_path}/master")
    call(local, "run_batch.py", *window, "--inbox", f"{tmp_path}/inbox")
    lake, expected = empty_lake(stack), kept(LocalLake(tmp_path / "lake"))
    for path, content in expected.items():
        with lake.writer(path) as stream:
            stream.write(content)
    empty_warehouse(stack)
    shutil.rmtree(tmp_path / "inbox")

    options = ("--target", "trino", "--replay", "--inbox", f"{tmp_path}/inbox")
    done = call(on_stack(stack), "run_batch.py", *window, *options, seconds=7200)

    assert done.stdout.count("replayed: identical") == DAYS
    assert kept(lake) == expected


def kept(lake: Lake) -> dict[str, bytes]:
    """What a replay needs, and what it is compared with."""
    return {
        path: content
        for folder in FOLDERS
        for path, content in contents(lake, folder).items()
    }
