"""Runs on Trino that are killed, and services that fall in the middle of one.

Not a part of `make test-stack`: `make test-stack-long`.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from engines import assert_same_rows, call, contents, empty_lake, environment, on_stack

from crash_scene import mismatch, reader
from ingestion.config import PROJECT_DIR
from ingestion.lake import Lake, LocalLake
from ingestion.postgres.folders import server_folders
from stack.launcher.places import StackPlace
from stack.launcher.running import Stack
from stack.launcher.services import java_process

pytestmark = pytest.mark.long

DAY = "2026-01-02"
#: Of a run's length; the first and the last moments are as telling as those between.
POINTS = 20
SERVICES = ("datanode", "metastore", "postgres", "trino")
#: Parts of what each is called by the line that names it.
NAMES = {
    "datanode": "The DataNode of HDFS",
    "metastore": "The Hive metastore",
    "postgres": "PostgreSQL at ",
    "trino": "Trino at ",
}
#: Of a machine on which nothing else runs half as many are enough.
SECONDS_TO_NAME = 120


@dataclass(frozen=True)
class Scene:
    """A date that a stack has published once, and what it has to look like.

    Attributes:
        seconds: how long the undisturbed run took, when Trino was warm.
    """

    stack: StackPlace
    lake: Lake
    work: Path
    local: LocalLake
    published: dict[str, bytes]
    seconds: float

    def start(self) -> subprocess.Popen[str]:
        """Begin a run of the date."""
        return subprocess.Popen(
            [sys.executable, "run_batch.py", *self.options()],
            cwd=PROJECT_DIR,
            env=environment(on_stack(self.stack)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def complete(self) -> None:
        """Run the date to its end."""
        call(on_stack(self.stack), "run_batch.py", *self.options())

    def options(self) -> tuple[str, ...]:
        """Of the date on Trino."""
        return ("--target", "trino", "--date", DAY, "--inbox", f"{self.work}/inbox")

    def assert_as_undisturbed(self) -> None:
        """Files and rows are those of a run that nobody disturbed."""
        assert files_of(self.lake) == self.published
        assert_same_rows(self.stack, self.work / "lake", [DAY])


@pytest.fixture(scope="module")
def scene(stack: StackPlace, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    workdir = tmp_path_factory.mktemp("crashes")
    local = {
        "PROCUREMENT_STATE": f"{workdir}/state",
        "PROCUREMENT_LAKE": f"{workdir}/lake",
    }
    call(
        local, "-m", "ingestion", "generate", "--from", DAY, "--to", DAY,
        "--out", f"{workdir}/inbox", "--master-out", f"{workdir}/master",
    )  # fmt: skip
    for places in (local, on_stack(stack)):
        call(
            places, "-m", "ingestion", "master", "load",
            "--from", f"{workdir}/master", "--prune",
        )  # fmt: skip
    call(local, "run_batch.py", "--date", DAY, "--inbox", f"{workdir}/inbox")
    lake, embedded = empty_lake(stack), LocalLake(workdir / "lake")
    warm = Scene(stack, lake, workdir, embedded, {}, 0)
    warm.complete()
    empty_lake(stack)
    begin = time.monotonic()
    warm.complete()
    seconds = time.monotonic() - begin
    published = files_of(lake)
    assert {k: v for k, v in published.items() if k.startswith("output/")} == contents(
        embedded, "output"
    )
    return Scene(stack, lake, workdir, embedded, published, seconds)


@pytest.fixture(autouse=True)
def unpublished(scene: Scene) -> Iterator[None]:
    empty_lake(scene.stack)
    yield
    Stack(scene.stack.home.parent, print).up()


@pytest.mark.parametrize("point", range(POINTS))
def test_a_killed_run_is_completed_by_the_next(scene: Scene, point: int) -> None:
    with reader(scene.lake, [DAY]) as wrong:
        run = scene.start()
        # A run that is quicker than the measured one is killed after its end.
        with suppress(subprocess.TimeoutExpired):
            run.wait(scene.seconds * (point + 0.5) / POINTS)
        run.kill()
        assert run.wait() in (-signal.SIGKILL, 0)
        scene.complete()

    assert wrong == []
    scene.assert_as_undisturbed()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_falls_is_recovered_from_or_named(
    scene: Scene, service: str
) -> None:
    run = scene.start()
    time.sleep(scene.seconds / 2)
    assert run.poll() is None
    kill(scene.stack, service)
    Stack(scene.stack.home.parent, print).up()
    _, errors = run.communicate(timeout=600)

    assert run.returncode in (0, 1), errors
    assert "Traceback" not in errors
    assert bool(run.returncode) == ("run_batch.py: " in errors)
    assert mismatch(scene.lake, DAY) is None
    scene.complete()
    scene.assert_as_undisturbed()


@pytest.mark.parametrize(("service", "name"), NAMES.items())
def test_a_service_that_stays_down_is_named_within_two_minutes(
    scene: Scene, service: str, name: str
) -> None:
    run = scene.start()
    time.sleep(scene.seconds / 2)
    assert run.poll() is None
    kill(scene.stack, service)
    begin = time.monotonic()
    assert run.stderr is not None
    line = next(text for text in run.stderr if text.startswith("run_batch.py: "))
    seconds = time.monotonic() - begin
    run.communicate(timeout=SECONDS_TO_NAME)

    assert name in line
    assert "fell in the middle of the build" in line
    assert seconds < SECONDS_TO_NAME
    assert run.returncode == 1
    print(f"{service}: named after {seconds:.0f} s")


def kill(place: StackPlace, service: str) -> None:
    """End a service at once, as the machine's failure would."""
    if service == "postgres":
        record = server_folders(place.home).data / "postmaster.pid"
        process = psutil.Process(int(record.read_text().split()[0]))
        process.send_signal(signal.SIGQUIT)
    else:
        found = java_process(place, service).find()
        assert found is not None
        process = found
        process.kill()
    psutil.wait_procs([process], timeout=60)


def files_of(lake: Lake) -> dict[str, bytes]:
    """What is received and published of the date."""
    return {**contents(lake, "raw"), **contents(lake, "output")}
