"""Trino on days made of edge cases, against DuckDB and the independent calculation."""

from __future__ import annotations

import json
from pathlib import Path

from engines import assert_same_rows, call, contents, empty_lake, on_stack
from hypothesis import HealthCheck, Phase, given, settings

from ingestion.lake import LocalLake
from published_dates import assert_exceptions, assert_orders
from stack.launcher.places import StackPlace
from strategies import (
    Scenario,
    as_vars,
    expected_results,
    scenarios,
    write_inbox,
    write_master,
)

#: Drawn to choose from; drawing is quick, a run on Trino is not.
DRAWN = 60


def test_edge_cases_come_to_the_same_on_both_engines(
    stack: StackPlace, tmp_path: Path
) -> None:
    scenario = richest_scenario()
    write_master(scenario.master, tmp_path / "master", scenario.master_seed)
    for day in scenario.days:
        write_inbox(day, tmp_path / "inbox")
    local = {
        "PROCUREMENT_STATE": f"{tmp_path}/state",
        "PROCUREMENT_LAKE": f"{tmp_path}/lake",
    }

    lake = empty_lake(stack)

    run_window(scenario, local, tmp_path, "embedded")
    run_window(scenario, on_stack(stack), tmp_path, "trino")

    for result in expected_results(scenario):
        assert_orders(tmp_path / "lake/output", result)
        assert_exceptions(tmp_path / "lake/output", result)
    expected = contents(LocalLake(tmp_path / "lake"), "output")
    assert contents(lake, "output") == expected
    dates = [str(day.business_date) for day in scenario.days]
    assert_same_rows(stack, tmp_path / "lake", dates)


def richest_scenario() -> Scenario:
    """Of many drawn days those with the most kinds of exceptions, none refused."""
    drawn: list[tuple[int, Scenario]] = []

    @settings(
        max_examples=DRAWN,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(scenario=scenarios(most_days=2))
    def draw(scenario: Scenario) -> None:
        results = expected_results(scenario)
        codes = {row["code"] for result in results for row in result.exceptions}
        if not any(result.refusals for result in results):
            drawn.append((len(codes), scenario))

    draw()
    return max(drawn, key=lambda each: each[0])[1]


def run_window(
    scenario: Scenario, places: dict[str, str], workdir: Path, target: str
) -> None:
    call(
        places, "-m", "ingestion", "master", "load", "--from", f"{workdir}/master",
        "--prune",
    )  # fmt: skip
    first, last = scenario.days[0].business_date, scenario.days[-1].business_date
    call(
        places, "run_batch.py", "--target", target, "--inbox", f"{workdir}/inbox",
        "--from", str(first), "--to", str(last),
        "--vars", json.dumps(as_vars(scenario.variables)),
    )  # fmt: skip
