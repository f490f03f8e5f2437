"""Runs of the batch that are killed at the n-th thing they do, without starting anew.

A process of its own, because the hooks below stay for good. It loads dbt and parses the
project once, and forks for each run: a run costs what it does, not what Python's start
costs. Each line on stdin is a request, each line on stdout the answer:

    {"arguments": [...], "kill_at": 12, "exports": null}
    {"exit_code": 0, "kinds": {"fsync": 73, ...}, "stages": {...}, "said": ""}

``kill_at`` is the number of a point, or the name of a stage, where it begins; with 0
the run comes to its end, ``kinds`` says how many points there are, and ``stages`` the
first and the last of each stage.
A point lies before each of: opening a file to write it, fsync, rename, remove, mkdir
and rmdir below the lake or the state, each statement for DuckDB, each event of the log
(stages begin and end with one). With ``exports``, a folder, the engine is left out: its
exports are copied from there, which makes a run some tenths of a second long.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sys
import threading
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import dbt.cli.main  # noqa: F401  loaded once for all runs
import duckdb  # noqa: F401
import psycopg2  # noqa: F401
from dbt.adapters.duckdb.environments.local import DuckDBCursorWrapper
from dbt.contracts.graph.manifest import Manifest

from ingestion.batch import batch_run as night  # noqa: F401
from ingestion.commands import run_batch as runner
from ingestion.config import load_settings
from ingestion.date_run.run_log import RunLog
from ingestion.planning.dbt_build import (
    BuildResult,
    Plan,
    Transformation,
    _place_in_schema,
)
from ingestion.planning.engine import Engine

_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate")
_WRITING = os.O_WRONLY | os.O_RDWR


class Points:
    """Counts what a run does, and kills it at one of these."""

    def __init__(self, kill_at: int | str, below: tuple[str, ...]) -> None:
        self.kill_at = kill_at
        self.below = below
        self.kinds: Counter[str] = Counter()
        self.stages: dict[str, list[int]] = {}
        self._counting = threading.Lock()

    def reach(self, kind: str) -> None:
        with self._counting:
            self.kinds[kind] += 1
            if self.kinds.total() == self.kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and _writes(arguments)):
            # A path that is relative belongs to an open folder: rmtree's way.
            path = os.fspath(arguments[0]) if _is_path(arguments[0]) else ""
            if isinstance(path, bytes):
                path = os.fsdecode(path)
            if not path.startswith("/") or path.startswith(self.below):
                self.reach(event)


def _is_path(given: object) -> bool:
    return isinstance(given, str | bytes | os.PathLike)


def _writes(arguments: tuple[Any, ...]) -> bool:
    return _is_path(arguments[0]) and bool(arguments[2] & _WRITING)


def install(points: Points) -> None:
    """Have everything counted from now on in this process."""
    sys.addaudithook(points.audit)
    fsync, execute, event = os.fsync, DuckDBCursorWrapper.execute, RunLog.event

    def counted_fsync(descriptor: int) -> None:
        points.reach("fsync")
        fsync(descriptor)

    def counted_execute(self: Any, *arguments: Any) -> Any:
        points.reach("statement")
        return execute(self, *arguments)  # type: ignore[no-untyped-call]

    def counted_event(self: RunLog, name: str, **details: object) -> None:
        if details.get("stage") == points.kill_at:
            points.kill_at = points.kinds.total() + 1
        points.reach(f"event {name}")
        if name.startswith("stage_"):
            stage = points.stages.setdefault(str(details["stage"]), [])
            stage.append(points.kinds.total())
        event(self, name, **details)

    os.fsync = counted_fsync  # type: ignore[assignment]
    DuckDBCursorWrapper.execute = counted_execute  # type: ignore[method-assign]
    RunLog.event = counted_event  # type: ignore[method-assign]


def leave_engine_out(exports: Path, lake: Path) -> None:
    """Have the exports of a former build copied instead of building."""

    def build(self: Engine, plan: Plan, on_node: object) -> BuildResult:
        shutil.copytree(exports, lake / "export", dirs_exist_ok=True)
        figures = exports / f"results/business_date={plan.business_date}/name=figures"
        line = next(figures.iterdir()).read_text().splitlines()[0]
        return BuildResult(json.loads(line)["build"], models={}, tests=[])

    def take_over(self: Engine, *_: object, **__: object) -> bool:
        return True

    Engine.build = build  # type: ignore[method-assign]
    Engine.take_over = take_over  # type: ignore[method-assign]


def parse_once() -> None:
    """Have the children of this process find the project parsed."""
    settings = load_settings()
    first = Transformation(settings, settings.state / "dbt")
    manifest = first._parsed(trial=False)

    def parsed(self: Transformation, *, trial: bool) -> Manifest:
        _place_in_schema(manifest, trial=trial)
        return manifest

    Transformation._parsed = parsed  # type: ignore[method-assign]


def run(request: dict[str, Any], answer: int) -> int:
    """One run, in a process of its own; how far it came goes to ``answer``."""
    lake, state = Path(os.environ["PROCUREMENT_LAKE"]), os.environ["PROCUREMENT_STATE"]
    points = Points(request["kill_at"], (f"{lake}", state))
    if request["exports"]:
        leave_engine_out(Path(request["exports"]), lake)
    install(points)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()) as said:
        exit_code = runner.main(request["arguments"])
    told = {
        "kinds": dict(points.kinds),
        "stages": points.stages,
        "said": said.getvalue(),
    }
    os.write(answer, json.dumps(told).encode())
    return exit_code


def forked(request: dict[str, Any]) -> dict[str, Any]:
    """Run in a child and tell how it ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 70
        try:
            code = run(request, writing)
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        told = json.loads(stream.read() or b"{}")
    _, status = os.waitpid(child, 0)
    return {"exit_code": os.waitstatus_to_exitcode(status), **told}


def main() -> None:
    parse_once()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(forked(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
