"""The pipeline against the independent calculation, on random days.

``ORACLE_EXAMPLES=200 pytest tests/python/test_against_oracle.py`` looks further
than the few examples of an everyday run, and at other ones each time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note

from oracle import Result
from pipeline_runner import PipelineRun, run_pipeline
from postgres_states import state_folder
from published_dates import assert_exceptions, assert_orders
from strategies import (
    DrawnDay,
    Scenario,
    as_vars,
    expected_results,
    scenarios,
    write_inbox,
    write_master,
)
from strategies.expectation import received
from whole_examples import whole_examples


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


@whole_examples(everyday=5)
@given(scenario=scenarios())
def test_random_days_come_to_what_the_rules_say(
    scenario: Scenario, state: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workdir = tmp_path_factory.mktemp("days")
    note(f"inbox, master data and lake are in {workdir}")
    done = _run(scenario, workdir, state)
    results = expected_results(scenario)
    expected_exit = 3 if any(result.refusals for result in results) else 0
    assert done.exit_code == expected_exit, done.stderr
    for day, result in zip(scenario.days, results, strict=True):
        if result.refusals:
            _assert_not_published(done.published, day)
        else:
            assert_orders(done.published, result)
            assert_exceptions(done.published, result)
            _assert_manifest(done.published, day, result)
    shutil.rmtree(workdir)


def _run(scenario: Scenario, workdir: Path, state: Path) -> PipelineRun:
    write_master(scenario.master, workdir / "master", scenario.master_seed)
    for day in scenario.days:
        write_inbox(day, workdir / "inbox")
    first, last = scenario.days[0].business_date, scenario.days[-1].business_date
    return run_pipeline(workdir, state, first, last, as_vars(scenario.variables))


def _assert_not_published(output: Path, day: DrawnDay) -> None:
    assert not (output / "supplier_orders" / str(day.business_date)).exists()
    assert not list(output.glob(f"exceptions/{day.business_date}.*"))


def _assert_manifest(output: Path, day: DrawnDay, result: Result) -> None:
    date = str(result.business_date)
    folder = output / "supplier_orders" / date
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert (manifest["business_date"], manifest["version"]) == (date, 1)
    lines = {
        f"{order['supplier']['supplier_id']}.json": order["line_count"]
        for order in result.orders
    }
    for ending in ("json", "csv"):
        lines[f"exceptions/{date}.{ending}"] = len(result.exceptions)
    assert {file["name"]: file["lines"] for file in manifest["files"]} == lines
    for file in manifest["files"]:
        place = output if file["name"].startswith("exceptions/") else folder
        assert file["sha256"] == _sha256((place / file["name"]).read_bytes())
    _assert_inputs(manifest["inputs"], day)


def _assert_inputs(inputs: list[dict[str, Any]], day: DrawnDay) -> None:
    """By feed and sha256, each file that counts with its rows, none with a name."""
    keys = [(file["feed"], file["sha256"]) for file in inputs]
    assert keys == sorted(keys)
    found = {
        key: (file["rows_read"], file["rows_accepted"], file["rows_refused"])
        for key, file in zip(keys, inputs, strict=True)
    }
    for file in received(day):
        if file.status() in {"accepted", "partial"}:
            loaded = file.loaded(file.status())
            counts = (loaded.rows_read, loaded.rows_accepted, loaded.rows_refused)
            assert found[file.feed, _sha256(file.content)] == counts
    assert not any("name" in key for file in inputs for key in file)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
