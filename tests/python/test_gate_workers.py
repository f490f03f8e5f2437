"""Files read side by side come to the same as one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from dirty_files import dirty_files
from dirty_landing import land_dirty_files
from ingestion.config import PROJECT_DIR
from ingestion.errors import ProcurementError, UsageError
from ingestion.gate import workers as workers_module
from ingestion.gate.workers import Workers, default_workers
from ingestion.lake import LocalLake


def landed(folder: Path, workers: Workers) -> dict[str, bytes]:
    lake = folder / "lake"
    land_dirty_files(LocalLake(lake), folder / "inbox", workers)
    return {
        path.relative_to(lake).as_posix(): path.read_bytes()
        for path in lake.rglob("*")
        if path.is_file()
    }


def test_processes_land_what_one_process_lands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = landed(tmp_path / "alone", Workers(1))
    monkeypatch.setattr(workers_module, "_WORTH_STARTING", 0)
    with Workers(2) as workers:
        together = landed(tmp_path / "together", workers)

    assert together == alone
    assert len(alone) > len(dirty_files())


def test_small_nights_start_no_process() -> None:
    assert not Workers(8).is_worth([100] * 200)
    assert not Workers(8).is_worth([1 << 30])
    assert not Workers(1).is_worth([1 << 30] * 2)
    assert Workers(2).is_worth([1 << 30] * 2)


def test_a_worker_that_is_killed_is_told_in_words() -> None:
    with Workers(2) as workers, pytest.raises(ProcurementError, match="was killed"):
        list(workers.map(os._exit, [9]))


def test_workers_do_not_go_on_when_the_work_is_given_up() -> None:
    def give_up() -> None:
        with Workers(2) as workers:
            assert list(workers.map(abs, [1])) == [1]
            workers.submit(time.sleep, 60)
            raise KeyboardInterrupt

    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        give_up()
    assert time.monotonic() - begin < 30


def test_workers_end_with_the_process_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, time\n"
        "from ingestion.gate.workers import Workers\n"
        "workers = Workers(2)\n"
        "print(*workers.map(abs, [1, 2]), flush=True)\n"
        "time.sleep(60)\n"
    )
    path = tmp_path / "program.py"
    path.write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT_DIR)}
    with subprocess.Popen(
        [sys.executable, str(path)], stdout=subprocess.PIPE, env=environment
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"1 2\n"
        workers = psutil.Process(running.pid).children(recursive=True)
        running.kill()
    assert workers
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []


@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5"])
def test_a_wrong_number_of_workers_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PROCUREMENT_WORKERS", text)
    with pytest.raises(UsageError, match="PROCUREMENT_WORKERS"):
        default_workers()


def test_the_number_of_workers_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROCUREMENT_WORKERS", "3")
    assert default_workers() == 3
    monkeypatch.setenv("PROCUREMENT_WORKERS", "")
    assert default_workers() >= 1
