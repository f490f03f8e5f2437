"""The dirty files on HDFS: the same verdicts, and Trino reads the same typed rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from engines import call, on_stack

from dirty_case import DAY
from dirty_landing import MODELS, land_dirty_files, wrong_rows, wrong_verdicts
from ingestion.gate import ReceivedFile
from ingestion.lake import Lake
from ingestion.lake.hdfs import open_hdfs_lake
from stack.launcher.places import StackPlace
from stack.launcher.services import trino_rows


@pytest.fixture(scope="module")
def lake(stack: StackPlace) -> Lake:
    return open_hdfs_lake(stack.lake, stack.client_environment())


@pytest.fixture(scope="module")
def history(lake: Lake, workdir: Path) -> list[ReceivedFile]:
    return land_dirty_files(lake, workdir / "dirty")


def test_every_file_fares_as_it_should(lake: Lake, history: list[ReceivedFile]) -> None:
    assert wrong_verdicts(lake, history) == []


def test_what_is_accepted_reads_back_as_the_same_typed_rows(
    stack: StackPlace, history: list[ReceivedFile]
) -> None:
    # A staging model is a part of other models' SQL: its own is asked for.
    call(
        on_stack(stack), "-m", "dbt.cli.main", "run", "--select", *MODELS.values(),
        "--target", "trino", "--profiles-dir", ".", "--vars", f"{{run_date: '{DAY}'}}",
        "--target-path", f"{stack.home}/dbt", "--log-path", f"{stack.home}/dbt",
    )  # fmt: skip

    def fetch(model: str, columns: str) -> Sequence[Sequence[Any]]:
        [compiled] = (stack.home / "dbt/compiled").rglob(f"{model}.sql")
        return trino_rows(stack, f"select {columns} from ({compiled.read_text()})")

    assert wrong_rows(history, fetch) == []
