"""Runs that are killed anywhere: running again gives what an undisturbed run gives.

`make test-crashes` kills at every point outside the engine and at 200 points of whole
runs; as part of all tests it is an even sample of them, CRASH_POINTS says how large.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from crash_scene import (
    DAY,
    FIRST,
    Contents,
    Driver,
    Scene,
    contents,
    make_scene,
    mismatch,
    reader,
    rows,
    unlike_marts,
)
from ingestion.lake import LocalLake
from ingestion.postgres.embedded import running_postgres
from postgres_states import state_folder

#: Points outside the engine, and of whole runs, at which a run is killed.
OUTSIDE, WHOLE = map(int, os.environ.get("CRASH_POINTS", "36,3").split(","))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with state_folder() as state, running_postgres(state):
        yield make_scene(state, tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def driver(scene: Scene) -> Iterator[Driver]:
    driver = Driver(scene)
    yield driver
    driver.close()


@pytest.fixture(scope="module")
def undisturbed(scene: Scene) -> Contents:
    return contents(scene.after)


def killed_points(
    scene: Scene, driver: Driver, wanted: int, *, engine: bool
) -> list[int]:
    """An even sample of all points of a run, the first and the last among them."""
    scene.reset()
    whole = driver.run(engine=engine)
    assert whole["exit_code"] == 0, whole["said"]
    total = sum(whole["kinds"].values())
    assert total > (600 if engine else 200)
    if engine:
        total -= 25  # some folders of dbt are made once; the end is killed without it
    count = min(wanted, total)
    return [1 + round(step * (total - 1) / (count - 1)) for step in range(count)]


#: What differs where the engine is left out: the page tells of a build's tests.
WITHOUT_BUILD = [f"manifests/published_reports/{DAY}/v1.jsonl"]


def difference(found: Contents, expected: Contents) -> list[str]:
    return sorted(
        name
        for name in found.keys() | expected.keys()
        if found.get(name) != expected.get(name)
    )


def test_a_run_killed_outside_the_engine_is_completed_by_the_next(
    scene: Scene, driver: Driver, undisturbed: Contents
) -> None:
    for number, point in enumerate(killed_points(scene, driver, OUTSIDE, engine=False)):
        scene.reset()
        with reader(LocalLake(scene.lake), (FIRST, DAY)) as wrong:
            killed = driver.run(point, engine=False)
            resume = ["--resume"] if number % 2 else []
            again = driver.run(0, *resume, engine=False)

        assert killed["exit_code"] == -9, point
        assert again["exit_code"] == 0, (point, again["said"])
        assert wrong == [], point
        assert difference(contents(scene.lake), undisturbed) == WITHOUT_BUILD, point


def test_a_whole_run_killed_is_completed_by_the_next(
    scene: Scene, driver: Driver, undisturbed: Contents
) -> None:
    expected = rows(scene.after)
    for point in killed_points(scene, driver, WHOLE, engine=True):
        scene.reset()
        with reader(LocalLake(scene.lake), (FIRST, DAY)) as wrong:
            print(f"killing at {point}", flush=True)  # -s shows how far it is
            killed = driver.run(point, engine=True)
            again = driver.run(engine=True)

        assert killed["exit_code"] == -9, point
        assert again["exit_code"] == 0, (point, again["said"])
        assert wrong == [], point
        assert difference(contents(scene.lake), undisturbed) == [], point
        assert rows(scene.lake) == expected, point


def test_a_run_killed_while_it_publishes_never_shows_what_its_marts_do_not_hold(
    scene: Scene, driver: Driver
) -> None:
    marts = scene.after / "warehouse/warehouse.duckdb"
    scene.reset()
    whole = driver.run(engine=False)
    # From the event that the build has ended to the last that publishing makes.
    first, last = whole["stages"]["plan orders"][1], whole["stages"]["publish"][1]
    points = [first + round(step * (last - first) / 29) for step in range(30)]
    assert len(set(points)) == 30
    published = 0
    for number, point in enumerate(points):
        scene.reset()
        killed = driver.run(point, engine=False)
        assert killed["exit_code"] == -9, point
        assert mismatch(LocalLake(scene.lake), DAY) is None, point
        assert unlike_marts(scene.lake, marts, DAY) == [], point
        published += (scene.lake / f"output/supplier_orders/{DAY}").exists()

        again = driver.run(0, *(["--resume"] if number % 2 else []), engine=False)

        assert again["exit_code"] == 0, (point, again["said"])
        assert unlike_marts(scene.lake, marts, DAY) == [], point
    assert 0 < published < 30


def test_what_differs_from_its_marts_is_seen(scene: Scene, driver: Driver) -> None:
    marts = scene.after / "warehouse/warehouse.duckdb"
    scene.reset()
    driver.run(engine=False)
    order = min((scene.lake / f"output/supplier_orders/{DAY}").glob("S*.json"))
    assert unlike_marts(scene.lake, marts, DAY) == []

    order.write_text(
        order.read_text().replace('"ordered_quantity":', '"ordered_quantity":1')
    )
    assert unlike_marts(scene.lake, marts, DAY) == ["fct_supplier_order_lines"]
    order.unlink()
    assert "fct_supplier_orders" in unlike_marts(scene.lake, marts, DAY)


def test_resuming_leaves_out_what_is_finished(scene: Scene, driver: Driver) -> None:
    scene.reset()
    whole = driver.run(engine=False)
    events = [kind for kind in whole["kinds"] if kind.startswith("event")]
    assert {"event built", "event file"} <= set(events)
    scene.reset()
    killed = driver.run("publish", engine=False)
    assert killed["exit_code"] == -9

    resumed = driver.run(0, "--resume", engine=False)

    assert resumed["exit_code"] == 0, resumed["said"]
    assert not {"event built", "event file"} & set(resumed["kinds"])
    assert mismatch(LocalLake(scene.lake), DAY) is None


@pytest.mark.parametrize("result", ["demand", "figures"])
def test_resuming_plans_anew_when_the_export_is_another(
    scene: Scene, driver: Driver, undisturbed: Contents, result: str
) -> None:
    scene.reset()
    driver.run("publish", engine=False)
    for export in (scene.lake / "export/results").glob(f"*={DAY}/name={result}/*"):
        export.write_text("")

    resumed = driver.run(0, "--resume", engine=False)

    assert "event built" in resumed["kinds"]
    assert difference(contents(scene.lake), undisturbed) == WITHOUT_BUILD


def test_the_reader_sees_what_it_is_there_for(scene: Scene) -> None:
    lake = LocalLake(scene.after)
    folder = scene.after / "output/supplier_orders" / DAY
    manifest = json.loads((folder / "manifest.json").read_text())
    path = folder / manifest["files"][0]["name"]
    content = path.read_bytes()

    assert mismatch(lake, DAY) is None
    path.write_bytes(content[:-1])
    try:
        assert mismatch(lake, DAY) is not None
    finally:
        path.write_bytes(content)


def test_what_is_left_of_a_killed_run_tells_how_far_it_came(
    scene: Scene, driver: Driver
) -> None:
    scene.reset()
    driver.run("publish", engine=False)

    folder = max((scene.state / "runs").iterdir())
    assert json.loads((folder / "request.json").read_text())["dates"] == [DAY]
    assert "stage_started" in (folder / "log.jsonl").read_text()
    assert not Path(folder / "summary.json").exists()
