"""The real pipeline as an operator runs it: two commands in subprocesses.

A folder holds what one run needs and leaves: ``inbox/``, ``master/``, ``lake/``.
The state is apart from it, so that runs share one embedded PostgreSQL.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from postgres_states import state_folder
from warm_python import WarmPython

PROJECT = Path(__file__).resolve().parents[2]
SECONDS_ALLOWED = 600
#: What dbt keeps of parsing the project: the same for every state.
PARSED = "partial_parse.msgpack"
_KEPT = TemporaryDirectory()
_WARM = WarmPython()


@dataclass(frozen=True)
class PipelineRun:
    """How a run ended, and the folder in which it publishes."""

    exit_code: int
    published: Path
    stdout: str
    stderr: str


def run_pipeline(
    workdir: Path,
    state: Path,
    first: date,
    last: date,
    variables: Mapping[str, bool | int | float | list[str]],
    *options: str,
) -> PipelineRun:
    """Load ``workdir/master`` and run a window of dates over ``workdir/inbox``.

    Rows of the master data of an earlier call are deleted.

    Raises:
        AssertionError: the master data does not load.
    """
    loaded = call(
        state, "-m", "ingestion", "master", "load", "--from", f"{workdir}/master",
        "--prune",
    )  # fmt: skip
    assert loaded.returncode == 0, loaded.stderr
    done = call(
        state, "run_batch.py", "--from", str(first), "--to", str(last),
        "--inbox", f"{workdir}/inbox", "--lake", f"{workdir}/lake",
        "--vars", json.dumps(variables), "--json", *options,
    )  # fmt: skip
    output = workdir / "lake" / "output"
    return PipelineRun(done.returncode, output, done.stdout, done.stderr)


def call(
    state: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments in the project, and wait for its end."""
    parsed, kept = state / "dbt" / PARSED, Path(_KEPT.name, PARSED)
    if kept.exists() and not parsed.exists():
        parsed.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(kept, parsed)
    done = _WARM.run(arguments, {**environment(state), **variables}, SECONDS_ALLOWED)
    done = done or call_in(PROJECT, state, *arguments, **variables)
    if parsed.exists() and not kept.exists():
        shutil.copyfile(parsed, kept)
    return done


def call_in(
    project: Path, state: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The same in another copy of the project."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={**environment(state), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS_ALLOWED,
        check=False,
    )


def environment(state: Path) -> dict[str, str]:
    """The caller's, without a PostgreSQL or paths that a person works with."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "PROCUREMENT_", "DBT_"))
    }
    return {**kept, "PROCUREMENT_STATE": str(state)}


@contextmanager
def state_with_master_data(tables: Mapping[str, str]) -> Iterator[Path]:
    """A state of its own whose PostgreSQL holds these tables, as text of CSV files."""
    with state_folder() as state:
        folder = state.with_name("master")
        folder.mkdir()
        for name, text in tables.items():
            (folder / f"{name}.csv").write_text(text)
        loaded = call(state, "-m", "ingestion", "master", "load", "--from", str(folder))
        assert loaded.returncode == 0, loaded.stderr
        yield state
