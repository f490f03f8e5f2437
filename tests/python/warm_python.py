"""Programs of the project in processes that have everything imported already.

Importing dbt takes a second or two of every run, and a test suite starts hundreds. A
server imports it once, and forks for each program, which is a process of its own with
its own arguments, environment and output. Each line on stdin is a request, each line
on stdout the exit code:

    {"arguments": ["run_batch.py", "--date", "2026-01-01"], "environment": {...},
     "stdout": PATH, "stderr": PATH}
"""

from __future__ import annotations

import json
import os
import runpy
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

_PROJECT = Path(__file__).resolve().parents[2]
_IMPORTED = (
    "dbt.cli.main", "dbt.adapters.duckdb.impl", "dbt.task.build", "dbt.task.show",
    "dbt.task.run_operation", "duckdb", "numpy", "psycopg2", "xlsxwriter",
    "ingestion.batch.batch_run", "ingestion.commands.cli",
    "ingestion.commands.run_batch", "ingestion.duckdb_plugin",
    "ingestion.report.reporting",
)  # fmt: skip
#: What Python reads of the environment when it starts, and not later.
_READ_AT_START = ("PYTHON", "LC_", "LANG")


class WarmPython:
    """One server, started when it is first needed; it ends with this process."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[str] | None = None
        self._is_busy = threading.Lock()

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[str] | None:
        """Run one program in the project to its end; None if that takes a new Python.

        So it does for a program of another kind, while the server runs one already,
        and with an environment that is read when Python starts.
        """
        is_ours = arguments[0] == "run_batch.py" or arguments[:2] == ("-m", "ingestion")
        differs = {*environment.items()} ^ {*os.environ.items()}
        if any(name.startswith(_READ_AT_START) for name, _ in differs) or not is_ours:
            return None
        if not self._is_busy.acquire(blocking=False):
            return None
        try:
            return self._run(arguments, environment, seconds)
        finally:
            self._is_busy.release()

    def _run(
        self, arguments: Sequence[str], environment: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, __file__],
                cwd=_PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        to_server, from_server = self._server.stdin, self._server.stdout
        assert to_server is not None
        assert from_server is not None
        with TemporaryDirectory() as folder:
            said = [Path(folder, name) for name in ("stdout", "stderr")]
            request = {
                "arguments": arguments,
                "environment": dict(environment),
                "stdout": str(said[0]),
                "stderr": str(said[1]),
            }
            to_server.write(json.dumps(request) + "\n")
            to_server.flush()
            if not select.select([from_server], [], [], seconds)[0]:
                self._server.kill()
                self._server = None
                raise subprocess.TimeoutExpired(arguments, seconds)
            exit_code = int(from_server.readline())
            texts = [path.read_bytes().decode("utf-8") for path in said]
        return subprocess.CompletedProcess(arguments, exit_code, *texts)


def _become(request: Mapping[str, object]) -> None:
    """Be the program that is asked for."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(str(request[name]), os.O_WRONLY | os.O_CREAT), number)
    os.environ.clear()
    os.environ.update(request["environment"])  # type: ignore[call-overload]
    time.tzset()
    sys.path[0] = str(_PROJECT)
    arguments: Sequence[str] = request["arguments"]  # type: ignore[assignment]
    if arguments[0] == "-m":
        sys.argv = [*arguments[1:]]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [*arguments]
        runpy.run_path(arguments[0], run_name="__main__")


def main() -> None:
    """Serve until stdin is closed."""
    sys.path[0] = str(_PROJECT)
    for name in _IMPORTED:
        import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
