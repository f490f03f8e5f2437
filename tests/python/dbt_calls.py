"""dbt as a person calls it, on either engine, and what has to hold after it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from changed_project import change
from ingestion.lake import Lake
from pipeline_runner import PROJECT, SECONDS_ALLOWED

DAY, NEXT = "2026-01-01", "2026-01-02"
MODEL = "fct_net_demand"
#: Rows of one statement.
Fetch = Callable[[str], Sequence[Sequence[Any]]]


@dataclass(frozen=True)
class Dbt:
    """dbt on one target, whose places are in the environment.

    Attributes:
        folder: gets dbt's artifacts and logs.
        project: whose models are built.
    """

    environment: Mapping[str, str]
    folder: Path
    target: str = "embedded"
    project: Path = PROJECT

    def __call__(
        self, *arguments: str, exit_code: int = 0
    ) -> subprocess.CompletedProcess[str]:
        """Run one dbt command; it must end as expected."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors"),
                *arguments,
                *("--target", self.target),
                *("--target-path", str(self.folder / "target")),
                *("--log-path", str(self.folder / "logs")),
            ],
            cwd=self.project,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=SECONDS_ALLOWED,
            check=False,
        )
        assert done.returncode == exit_code, done.stdout + done.stderr
        return done

    def artifact(self, name: str) -> dict[str, Any]:
        """Read what the last command left behind."""
        content = (self.folder / "target" / name).read_text("utf-8")
        artifact: dict[str, Any] = json.loads(content)
        return artifact

    def statuses(self, prefix: str = "") -> dict[str, str]:
        """How the last command's nodes ended, by id; those that begin so."""
        return {
            result["unique_id"]: result["status"]
            for result in self.artifact("run_results.json")["results"]
            if result["unique_id"].startswith(prefix)
        }


def vars_of(day: str) -> tuple[str, str]:
    """The option that names a business date."""
    return "--vars", f"{{run_date: {day}}}"


def land_stock(lake: Lake, *days: str) -> None:
    """Stock of one SKU on each day, landed by hand: no load history tells of it."""
    for day in days:
        with lake.writer(f"raw/stock/{day}/csv/stock.csv", replace=True) as stream:
            stream.write(
                b"warehouse_id,sku_id,snapshot_at,available,reserved,safety_stock\n"
                b"W1,A,,10,4,16\n"
            )


def assert_tests_look_at_their_own_date(dbt: Dbt) -> None:
    """Tests of a date look at that date, whichever was built last.

    Of the rows of DAY no load history tells, and NEXT has none.
    """
    claim = "assert_staged_rows_are_the_accepted_rows"
    for day in (DAY, "2026-01-09"):
        dbt("run", *vars_of(day))

    dbt("test", "-s", claim, *vars_of(DAY), exit_code=1)
    assert set(dbt.statuses("test.").values()) == {"fail"}
    dbt("test", "-s", claim, *vars_of("2026-01-09"))


def assert_columns_are_appended(dbt: Dbt, copy: Path, fetch: Fetch, table: str) -> None:
    """A new column is null on dates before it, also with --full-refresh.

    A retyped or removed one stops the run and says what to do. ``retry`` goes on where
    a run failed, with the run's variables.

    Args:
        dbt: on a warehouse in which DAY was built and has rows.
        copy: of the project, to be changed.
        fetch: rows of a statement in the warehouse.
        table: name of MODEL's table there.
    """
    changed = replace(dbt, project=copy)
    files = [copy / f"models/marts/procurement/{MODEL}.{end}" for end in ("sql", "yml")]
    former = [file.read_text("utf-8") for file in files]

    def rows() -> list[tuple[Any, ...]]:
        select = (
            f"select cast(business_date as varchar), origin from {table} "
            f"where business_date in (date '{DAY}', date '{NEXT}')"
        )
        return sorted({tuple(row) for row in fetch(select)})

    def declare(value: str, data_type: str) -> None:
        """Have the model's third column be this one."""
        for file, text in zip(files, former, strict=True):
            file.write_text(text, "utf-8")
        column = f"cast({value} as {data_type}) as origin"
        change(files[0], "        demand,\n", f"        demand,\n        {column},\n")
        change(
            files[1],
            "      - name: safety_stock\n",
            f"      - name: origin\n        data_type: {data_type}\n"
            "        description: New.\n      - name: safety_stock\n",
        )

    declare("'x'", "varchar")
    changed("run", "-s", f"+{MODEL}", "--full-refresh", *vars_of(NEXT))
    assert rows() == [(DAY, None), (NEXT, "x")], rows()

    declare("1", "bigint")
    refused = changed("run", "-s", MODEL, *vars_of(NEXT), exit_code=2).stdout
    assert "origin of fct_net_demand was varchar and is declared bigint" in refused
    assert "alter column origin set data type bigint" in refused
    assert "full-refresh" not in refused

    declare("cast('y' as bigint)", "varchar")
    changed("run", "-s", MODEL, *vars_of(NEXT), exit_code=1)
    declare("'y'", "varchar")
    changed("retry")
    assert rows() == [(DAY, None), (NEXT, "y")], rows()

    removed = dbt("run", "-s", MODEL, *vars_of(NEXT), exit_code=2).stdout
    assert "origin of fct_net_demand is no longer declared" in removed


def wrong_types(
    dbt: Dbt,
    type_names: Callable[[Sequence[str]], Sequence[str]],
    types_of: Callable[[str], Sequence[tuple[str, str]]],
) -> list[str]:
    """Columns that the project declares otherwise than the engine has them.

    Args:
        dbt: whose last command compiled every model.
        type_names: types as YAML writes them, in the engine's own words.
        types_of: name and type of each column of a select, in these words.
    """
    manifest = dbt.artifact("manifest.json")
    wrong = []
    for node in (*manifest["nodes"].values(), *manifest["sources"].values()):
        if node["resource_type"] not in ("model", "seed", "source"):
            continue
        columns = node["columns"].values()
        lacking = [each["name"] for each in columns if not each["data_type"]]
        if lacking:
            wrong.append(f"{node['name']} declares no type of {lacking}")
            continue
        names = [each["name"] for each in columns]
        types = type_names([each["data_type"] for each in columns])
        if node["database"] == "postgresql" and dbt.target == "embedded":
            continue  # not attached outside dbt; Trino's test reads it
        declared = sorted(zip(names, types, strict=True))
        query = node.get("compiled_code") or f"select * from {node['relation_name']}"
        found = sorted(types_of(query))
        if found != declared:
            wrong.append(f"{node['name']}: {set(found) ^ set(declared)}")
    return wrong
