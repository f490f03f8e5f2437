"""Nights with trouble around them: full disks, rights, a database that goes away."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from crash_scene import DAY, Scene, contents, make_scene, mismatch, scene_options
from ingestion.lake import LocalLake
from ingestion.postgres.folders import server_folders
from pipeline_runner import PROJECT, call
from postgres_states import state_folder


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with state_folder() as state:
        yield make_scene(state, tmp_path_factory.mktemp("scene"))


@pytest.fixture(autouse=True)
def before_the_second_date(scene: Scene) -> None:
    scene.reset()


def started(
    scene: Scene, *options: str, prepare: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "PROCUREMENT_", "DBT_"))
    }
    return subprocess.Popen(
        [sys.executable, "run_batch.py", *scene_options(scene), *options],
        cwd=PROJECT,
        env={**kept, "PROCUREMENT_STATE": str(scene.state)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,
    )


def assert_refused_and_then_completed(scene: Scene, code: int, errors: str) -> None:
    """One clear message and nothing of the date to see; the next run publishes it."""
    assert code == 1, errors
    assert "Traceback" not in errors
    messages = [line for line in errors.splitlines() if line.startswith("run_batch.py")]
    assert len(messages) == 1, errors
    output = scene.lake / "output"
    assert not (output / "supplier_orders" / DAY).exists()
    assert not list((output / "exceptions").glob(f"{DAY}*"))

    again = call(scene.state, "run_batch.py", *scene_options(scene))

    assert again.returncode == 0, again.stderr
    assert contents(scene.lake) == contents(scene.after)


def test_eight_runs_of_one_date_publish_it_once(scene: Scene) -> None:
    runs = [started(scene, "--json") for _ in range(8)]
    ended = [(*run.communicate(timeout=500), run.returncode) for run in runs]

    summaries = [json.loads(said)["dates"][0] for said, _, _ in ended]
    assert sum(one["result"] == "published" for one in summaries) == 1
    assert {code for _, _, code in ended} <= {0, 5}
    held = [errors for _, errors, code in ended if code == 5]
    assert held
    assert all("process" in text and "since 20" in text for text in held)
    assert contents(scene.lake) == contents(scene.after)
    assert mismatch(LocalLake(scene.lake), DAY) is None


@pytest.mark.parametrize("kilobytes", [1, 20])
def test_a_full_disk_is_one_message(scene: Scene, kilobytes: int) -> None:
    """Files that cannot grow: the first that is landed, or what dbt writes."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024,) * 2)

    # The server must not be a child of the limited run.
    call(scene.state, "-m", "ingestion", "db", "up")
    try:
        run = started(scene, prepare=limit)
        _, errors = run.communicate(timeout=300)
    finally:
        call(scene.state, "-m", "ingestion", "db", "down")

    assert_refused_and_then_completed(scene, run.returncode, errors)


@pytest.mark.parametrize("place", ["output/exceptions", "output/supplier_orders"])
def test_output_that_cannot_be_written_is_one_message(scene: Scene, place: str) -> None:
    """Rights do not stop root, whom containers have: a file in the way stops all."""
    folder = scene.lake / place
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.write_text("")

    run = started(scene)
    _, errors = run.communicate(timeout=300)

    folder.unlink()
    aside.rename(folder)
    assert_refused_and_then_completed(scene, run.returncode, errors)


def test_postgresql_that_goes_away_once_captured_is_not_missed(scene: Scene) -> None:
    run = started(scene)
    while not is_building(scene):
        assert run.poll() is None
        time.sleep(0.01)
    pid = int(
        (server_folders(scene.state).data / "postmaster.pid").read_text().split()[0]
    )
    os.kill(pid, signal.SIGQUIT)  # PostgreSQL's immediate end
    _, errors = run.communicate(timeout=300)

    assert run.returncode == 0, errors
    assert contents(scene.lake) == contents(scene.after)


def is_building(scene: Scene) -> bool:
    """Whether the run that has just been started has run a model."""
    return next((scene.state / "runs").glob("*/dbt/run/**/*.sql"), None) is not None
