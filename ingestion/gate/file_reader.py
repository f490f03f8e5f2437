"""Reads the files of one feed and date, ahead and side by side where that is faster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

from ingestion.gate.history.ledger import Ledger
from ingestion.gate.history.records import ReceivedFile
from ingestion.gate.inbox import Candidate, held_to_sidecar
from ingestion.gate.intake import Intake
from ingestion.gate.landing import (
    Content,
    Landing,
    StillWrittenError,
    Task,
    content_of,
    land,
)
from ingestion.gate.workers import Workers

_Landing = Landing | StillWrittenError
_Content = Content | StillWrittenError


class FileReader:
    """Gives what each candidate holds, and reads those that are asked for."""

    def __init__(
        self, workers: Workers, intake: Intake, ledger: Ledger, waiting: list[Candidate]
    ) -> None:
        self._workers = workers
        self._intake = intake
        self._ledger = ledger
        self._waiting = waiting
        self._begun: dict[Candidate, tuple[Task, Future[_Landing]]] = {}

    def contents(self) -> Iterator[tuple[Candidate, _Content]]:
        """Every candidate with the sha256 and size of its bytes, in order."""
        sizes = [candidate.size for candidate in self._waiting]
        if not self._workers.is_worth(sizes):
            for candidate in self._waiting:
                yield _held(candidate, content_of(candidate))
            return
        found = list(self._workers.map(content_of, self._waiting))
        pairs = list(map(_held, self._waiting, found))
        self._begin(pairs)
        yield from pairs

    def read(self, candidate: Candidate, content: Content) -> ReceivedFile:
        """The entry of a file that is landed or refused by now.

        Raises:
            StillWrittenError: the file is another one than when it was hashed.
        """
        if candidate in self._begun:
            task, future = self._begun.pop(candidate)
            landing = self._workers.result(future)
        else:
            task = self._intake.task(candidate, content)
            landing = land(task)
        if isinstance(landing, StillWrittenError):
            raise landing
        return self._intake.landed(task, landing)

    def _begin(self, pairs: list[tuple[Candidate, _Content]]) -> None:
        """Begin with all that will be asked for, whatever becomes of the others.

        Of several files with the same bytes only the first will be.
        """
        seen: set[str] = set()
        for candidate, content in pairs:
            if isinstance(content, StillWrittenError) or content.sha256 is None:
                continue
            is_new = content.sha256 not in seen
            seen.add(content.sha256)
            known = self._ledger.find(candidate.name, content.sha256)
            if known or candidate.reason or not is_new:
                continue
            if not self._ledger.is_known(content.sha256, candidate.reading):
                task = self._intake.task(candidate, content)
                self._begun[candidate] = task, self._workers.submit(land, task)


def _held(candidate: Candidate, content: _Content) -> tuple[Candidate, _Content]:
    sha256 = content.sha256 if isinstance(content, Content) else None
    return held_to_sidecar(candidate, sha256), content
