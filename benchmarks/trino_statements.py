"""What dbt adds on Trino: one date built by dbt, and its bare SQL by hand.

    . .state/stack/env
    python -m benchmarks.trino_statements --date 2026-01-02

The date's files and master data must be there, as after a run of ``run_batch.py``.
dbt builds the date once to warm Trino up and once to be measured, as ``dbt build``
does it and with all data tests. Then the statements of models, exports and tests that
it submitted go to Trino again, one after another in one session. Both replace the
date by itself. Times are seconds of wall clock; compare the ratio, not the seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from trino.auth import BasicAuthentication
from trino.dbapi import connect

from ingestion.config import PROJECT_DIR
from ingestion.dates import parse_business_date

#: dbt looks around with these; a person would not.
_LOOKING_AROUND = ("information_schema", "system.metadata", "create schema", "show ")


@dataclass
class Build:
    """One ``dbt build`` of a date.

    Attributes:
        statements: everything submitted to Trino, in order.
        seconds: the whole command, without parsing the project.
        by_node: seconds of each model and test.
    """

    statements: list[str] = field(default_factory=list)
    seconds: float = 0.0
    by_node: dict[str, float] = field(default_factory=dict)

    def bare(self) -> list[str]:
        """The statements that make and test the date."""
        return [
            statement
            for statement in self.statements
            if not any(sign in statement.lower() for sign in _LOOKING_AROUND)
        ]

    def seconds_of(self, kind: str) -> tuple[int, float]:
        """How many nodes of one kind there are, and their seconds."""
        found = [s for name, s in self.by_node.items() if name.startswith(f"{kind}.")]
        return len(found), sum(found)


def main() -> int:
    """Build, submit by hand, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--date", required=True, metavar="D")
    day = str(parse_business_date(parser.parse_args().date))
    with tempfile.TemporaryDirectory() as folder:
        options = [
            *("--target", "trino", "--log-level", "none"),
            *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)),
            *("--target-path", folder, "--log-path", folder),
        ]
        build_by_dbt(day, options)
        build = build_by_dbt(day, options)
    bare = submit_by_hand(build.bare())
    report(day, build, bare)
    return 0


def build_by_dbt(day: str, options: list[str]) -> Build:
    """Build one date, and note every statement and every node."""
    build = Build()

    def note(event: Any) -> None:
        if event.info.name == "SQLQuery":
            build.statements.append(event.data.sql)

    values = ["--vars", json.dumps({"run_date": day})]
    parsed = dbtRunner().invoke(["parse", *values, *options]).result
    assert isinstance(parsed, Manifest)  # noqa: S101  for the type checker
    begin = time.perf_counter()
    outcome: Any = dbtRunner(parsed, callbacks=[note]).invoke(
        [
            *("build", "--selector", "nightly"),
            # As the batch does it: once made, seeds are the same for every date.
            *("--exclude-resource-types", "seed"),
            *(*values, *options),
        ]
    )
    build.seconds = time.perf_counter() - begin
    if not outcome.success:
        sys.exit(f"dbt could not build {day}: {outcome.exception or _failed(outcome)}")
    for result in outcome.result.results:
        build.by_node[result.node.unique_id] = result.execution_time
    return build


def _failed(outcome: Any) -> list[str]:
    return [
        f"{result.node.name}: {result.message}"
        for result in outcome.result.results
        if result.status not in ("success", "pass", "warn")
    ]


def submit_by_hand(statements: list[str]) -> float:
    """Seconds of all statements, one after another in one session."""
    with session() as connection:
        cursor = connection.cursor()
        begin = time.perf_counter()
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()
        return time.perf_counter() - begin


def session() -> Any:
    """Trino as profiles.yml finds it."""
    user = os.environ.get("TRINO_USER", "procurement")
    password = os.environ.get("TRINO_PASSWORD")
    return connect(  # type: ignore[no-untyped-call]
        host=os.environ.get("TRINO_HOST", "127.0.0.1"),
        port=int(os.environ.get("TRINO_PORT", "8080")),
        user=user,
        auth=BasicAuthentication(user, password) if password else None,
        http_scheme=os.environ.get("TRINO_HTTP_SCHEME", "http"),
        verify=os.environ.get("TRINO_CERT") or True,
        catalog=os.environ.get("TRINO_CATALOG", "iceberg"),
        schema="procurement",
    )


def report(day: str, build: Build, bare: float) -> None:
    """Print what took how long."""
    looking = len(build.statements) - len(build.bare())
    lines = [
        f"{day}: dbt build of {len(build.by_node)} nodes, threads as in profiles.yml",
        f"  statements          {len(build.statements)}, of them {looking} look around",
        f"  dbt build           {build.seconds:.1f} s",
        f"  bare SQL by hand    {bare:.1f} s, one after another",
        f"  dbt / bare SQL      {build.seconds / bare:.2f}",
    ]
    for kind in ("model", "test"):
        count, seconds = build.seconds_of(kind)
        lines.append(f"  {count:3} {kind}s, summed   {seconds:.1f} s")
    lines.append("Slowest models:")
    models = {n: s for n, s in build.by_node.items() if n.startswith("model.")}
    for name, seconds in sorted(models.items(), key=lambda each: -each[1]):
        lines.append(f"  {seconds:6.2f} s  {name.rsplit('.', 1)[-1]}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
