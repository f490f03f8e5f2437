"""Hundreds of dirty files get the verdict expected, and DuckDB reads the rest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dirty_case import DAY
from dirty_files import dirty_files
from dirty_landing import MODELS, land_dirty_files, wrong_rows, wrong_verdicts
from ingestion.config import PROJECT_DIR
from ingestion.gate import ReceivedFile
from ingestion.lake import LocalLake


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dirty")


@pytest.fixture(scope="module")
def history(place: Path) -> list[ReceivedFile]:
    return land_dirty_files(LocalLake(place / "lake"), place / "inbox")


def test_there_are_many_and_no_two_alike() -> None:
    files = dirty_files()

    assert len(files) >= 450
    assert len({(case.feed, case.content) for case in files}) == len(files)


def test_every_file_fares_as_it_should(
    place: Path, history: list[ReceivedFile]
) -> None:
    assert wrong_verdicts(LocalLake(place / "lake"), history) == []


def test_what_is_accepted_reads_back_as_the_same_typed_rows(
    place: Path, history: list[ReceivedFile]
) -> None:
    environment = {
        **os.environ,
        "PROCUREMENT_LAKE": str(place / "lake"),
        "PROCUREMENT_STATE": str(place / "state"),
    }
    command = [
        sys.executable, "-m", "dbt.cli.main", "run", "--quiet",
        "--select", *MODELS.values(), "--vars", f"{{run_date: {DAY}}}",
        "--target-path", str(place / "target"),
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr

    warehouse = place / "lake/warehouse/warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as database:

        def fetch(model: str, columns: str) -> Sequence[Sequence[Any]]:
            # A staging model is a part of other models' SQL: its own is asked for.
            [compiled] = (place / "target/compiled").rglob(f"{model}.sql")
            return database.execute(
                f"select {columns} from ({compiled.read_text('utf-8')})"
            ).fetchall()

        assert wrong_rows(history, fetch) == []
