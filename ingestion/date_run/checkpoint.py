"""How far the run of a date came, for one that goes on where it ended.

A stage is noted after it has ended; what was noted counts only while what it was made
from is the same. The notes of a date are gone once it is published.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from ingestion import gate
from ingestion.gate import ReceivedFile
from ingestion.lake import Lake, LocalLake
from ingestion.locking.files import place_digits
from ingestion.planning.data_tests import DataTest
from ingestion.planning.dbt_build import BuildResult
from ingestion.planning.exports import exports_digest
from ingestion.publication.provenance import Provenance


class Checkpoint:
    """The notes of one date of one lake, in the state."""

    def __init__(
        self, state: Path, target: str, lake: Lake, business_date: date, *, resume: bool
    ) -> None:
        """Begin with no notes, or with those of the former run."""
        self._lake = lake
        self._date = business_date
        self._notes_of = LocalLake(state / "checkpoints")
        self._name = f"{business_date}-{target}-{place_digits(lake.root)}.json"
        self._stages = self._read() if resume else {}

    def received(self) -> list[ReceivedFile] | None:
        """The load history, if the files were received and what counts is there."""
        if "receive files" not in self._stages:
            return None
        history = gate.load_history(self._lake, self._date)
        counted = [file.landed_path for file in history if file.status in gate.COUNTED]
        if not all(path and self._lake.exists(path) for path in counted):
            return None
        return history

    def note_received(self) -> None:
        """Note that all files were received."""
        self._stages = {"receive files": {}}
        self._write()

    def built(self, provenance: Provenance) -> BuildResult | None:
        """The build of the same inputs, if what it exported is still there.

        The figures of the marts are a part of that, and so is the build's id.
        """
        note = self._stages.get("plan orders")
        if note is None or note["inputs"] != _digest(provenance):
            return None
        build = note["build"]
        is_there = note["exports"] == exports_digest(self._lake, self._date)
        if not is_there or "build_id" not in build:  # noted before builds had an id
            return None
        tests = [DataTest(**test) for test in build["tests"]]
        return BuildResult(build["build_id"], build["models"], tests)

    def note_built(self, provenance: Provenance, build: BuildResult) -> None:
        """Note what was built from what."""
        self._stages["plan orders"] = {
            "inputs": _digest(provenance),
            "exports": exports_digest(self._lake, self._date),
            "build": asdict(build),
        }
        self._write()

    def clear(self) -> None:
        """Forget everything: a stage begins anew, or the date is published."""
        self._notes_of.delete(self._name)

    def _read(self) -> dict[str, Any]:
        try:
            with self._notes_of.reader(self._name) as stream:
                return dict(json.load(stream))
        except (FileNotFoundError, ValueError):
            return {}

    def _write(self) -> None:
        # A run does not fail for a note: without it a stage is done again.
        with (
            suppress(OSError),
            self._notes_of.writer(self._name, replace=True) as stream,
        ):
            stream.write(json.dumps(self._stages).encode())


def _digest(provenance: Provenance) -> str:
    text = json.dumps(asdict(provenance), default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
