"""Random late files against the independent calculation, and the date after them.

``ORACLE_EXAMPLES=100`` looks further than the few examples of an everyday run.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from oracle import Result
from pipeline_runner import run_pipeline
from postgres_states import state_folder
from published_dates import assert_exceptions, assert_orders
from published_forms import errors_of
from strategies import (
    DrawnDay,
    OrderFile,
    Scenario,
    StockFile,
    as_vars,
    expected_versions,
    scenarios,
    write_inbox,
    write_master,
)
from strategies.expectation import received
from whole_examples import whole_examples

Line = dict[str, Any]


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


@whole_examples(everyday=3)
@given(scenario=scenarios(most_days=2), data=st.data())
def test_late_files_come_to_what_the_rules_say(
    scenario: Scenario,
    data: st.DataObject,
    state: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    whole, *others = scenario.days
    timely = _in_time(whole, data.draw(st.integers(0, 2**16 - 1)))
    results = expected_versions(scenario, timely)
    assume(timely != whole and not any(result.refusals for result in results))
    contents = [(file.feed, file.content) for file in received(whole)]
    in_time = [(file.feed, file.content) for file in received(timely)]
    assume(all(contents.count(key) == in_time.count(key) for key in in_time))
    workdir = tmp_path_factory.mktemp("versions")
    note(f"inbox, master data and lake are in {workdir}")
    write_master(scenario.master, workdir / "master", scenario.master_seed)
    first, second, *later = results

    write_inbox(timely, workdir / "inbox")
    _run(scenario, first.business_date, workdir, state)
    _assert_published(workdir, first, 1)

    write_inbox(whole, workdir / "inbox")
    _run(scenario, second.business_date, workdir, state, "--include-late")
    _assert_published(workdir, second, 2)
    _assert_kept(workdir, first, second)

    for day, result in zip(others, later, strict=True):
        write_inbox(day, workdir / "inbox")
        _run(scenario, result.business_date, workdir, state)
        _assert_published(workdir, result, 1)
    shutil.rmtree(workdir)


def _in_time(day: DrawnDay, late: int) -> DrawnDay:
    """The day without the files whose bit is set in ``late``, at least one of them."""
    files: list[OrderFile | StockFile] = [*day.order_files, *day.stock_files]
    late = late or 1
    kept = {file.name for bit, file in enumerate(files) if not late >> bit & 1}
    return replace(
        day,
        order_files=tuple(file for file in day.order_files if file.name in kept),
        stock_files=tuple(file for file in day.stock_files if file.name in kept),
    )


def _run(
    scenario: Scenario, day: date, workdir: Path, state: Path, *options: str
) -> None:
    variables = as_vars(scenario.variables)
    done = run_pipeline(workdir, state, day, day, variables, *options)
    assert done.exit_code == 0, done.stderr


def _assert_published(workdir: Path, result: Result, version: int) -> None:
    assert_orders(workdir / "lake/output", result)
    assert_exceptions(workdir / "lake/output", result, version)


def _assert_kept(workdir: Path, former: Result, later: Result) -> None:
    """The former version is as it was, beside the lines that are other ones now."""
    kept = workdir / f"lake/versions/{former.business_date}/v1"
    for name, content in former.files().items():
        assert (kept / name).read_bytes() == content
    written = (kept / "changes.json").read_text("utf-8")
    assert errors_of("changes", json.loads(written)) == []
    changes = json.loads(written, parse_int=Decimal, parse_float=Decimal)
    before, after = _lines(former), _lines(later)
    keys = sorted({*before, *after}, key=lambda key: [part.encode() for part in key])
    expected: dict[str, list[Line]] = {"added": [], "removed": [], "changed": []}
    for supplier_id, sku_id in keys:
        was, now = before.get((supplier_id, sku_id)), after.get((supplier_id, sku_id))
        line = {"supplier_id": supplier_id, "sku_id": sku_id}
        if was is None:
            expected["added"].append({**line, "after": now})
        elif now is None:
            expected["removed"].append({**line, "before": was})
        elif was != now | {"line_number": was["line_number"]}:
            expected["changed"].append({**line, "before": was, "after": now})
    assert {kind: changes[kind] for kind in expected} == expected


def _lines(result: Result) -> dict[tuple[str, str], Line]:
    return {
        (order["supplier"]["supplier_id"], line["sku_id"]): line
        for order in result.orders
        for line in order["lines"]
    }
