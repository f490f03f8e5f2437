"""What a run leaves: a folder of its own with its request, log, summary and dbt files.

``<state>/runs/<run_id>/``
    ``request.json``  what was asked for, written first
    ``log.jsonl``     events as they happen
    ``dbt/``          dbt's artifacts: compiled SQL, manifest, results of each date
    ``summary.json``  how it ended, written last: a run without it did not end
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from ingestion.errors import UsageError
from ingestion.lake import LocalLake

#: Some 3 MB each: three months of nights.
RUNS_KEPT = 100

#: Clocks are put right by a little all the time; more is worth a word.
_STEP_BACK = timedelta(minutes=5)


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run; its name is the run's id."""

    path: Path

    @property
    def run_id(self) -> str:
        """Sorts by the time at which the run began."""
        return self.path.name

    @property
    def log(self) -> Path:
        """The structured log."""
        return self.path / "log.jsonl"

    @property
    def dbt(self) -> Path:
        """Where dbt writes its artifacts."""
        return self.path / "dbt"

    @property
    def request(self) -> dict[str, Any]:
        """What was asked for; empty when that cannot be read."""
        return self._read("request.json")

    @property
    def has_succeeded(self) -> bool:
        """Whether the run came to its end and had nothing to complain about."""
        return self._read("summary.json").get("exit_code") == 0

    def write(self, name: str, document: dict[str, Any]) -> None:
        """Write one JSON document, whole or not at all."""
        text = json.dumps(document, ensure_ascii=False, default=str)
        with LocalLake(self.path).writer(name, replace=True) as stream:
            stream.write(f"{text}\n".encode("utf-8", "backslashreplace"))

    def keep_results(self, business_date: date) -> None:
        """Keep dbt's results of one date from being written over by the next one's."""
        with suppress(OSError):  # missing when dbt did not come that far
            shutil.copyfile(
                self.dbt / "run_results.json",
                self.dbt / f"run_results-{business_date}.json",
            )

    def _read(self, name: str) -> dict[str, Any]:
        try:
            document = json.loads((self.path / name).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return document if isinstance(document, dict) else {}


def make_run_folder(state: Path, now: datetime) -> RunFolder:
    """Make the folder of a new run, and remove those of the oldest ones.

    Raises:
        UsageError: the state folder cannot be written to.
    """
    runs = state / "runs"
    name = f"{now.astimezone(timezone.utc):%Y%m%dT%H%M%SZ}-{os.getpid()}"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        folder = _make_new(runs, name)
        for former in list(former_runs(state))[RUNS_KEPT:]:
            if former != folder:  # the oldest by name, if the clock was set back
                shutil.rmtree(former.path, ignore_errors=True)
    except OSError as error:
        raise UsageError(
            f"The state folder {state} cannot be written to: {error.strerror}. "
            "Name another one with PROCUREMENT_STATE."
        ) from error
    return folder


def former_runs(state: Path) -> Iterator[RunFolder]:
    """Every run that this state remembers, the latest first."""
    with suppress(FileNotFoundError):
        for path in sorted((state / "runs").iterdir(), reverse=True):
            yield RunFolder(path)


def latest_start(state: Path) -> datetime | None:
    """When the latest of the former runs began, by the clock of then; UTC."""
    for run in former_runs(state):
        with suppress(ValueError):
            return datetime.strptime(f"{run.run_id[:16]}+0000", "%Y%m%dT%H%M%SZ%z")
    return None


def is_set_back(now: datetime, latest: datetime | None) -> bool:
    """Whether the clock shows a time well before one that it has shown already."""
    return latest is not None and now < latest - _STEP_BACK


def _make_new(runs: Path, name: str) -> RunFolder:
    """A folder that no other run has, also when the clock was set back."""
    for attempt in range(1000):
        path = runs / (f"{name}-{attempt}" if attempt else name)
        with suppress(FileExistsError):
            path.mkdir()
            return RunFolder(path)
    raise FileExistsError(17, "too many runs of this name", str(runs / name))
