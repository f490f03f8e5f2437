"""The entries of the load history of the files of one feed and date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ingestion.contracts import load_contracts
from ingestion.contracts.senders import sender_named
from ingestion.gate.history.ledger import REJECTS, Ledger, as_reference
from ingestion.gate.history.names import Reading
from ingestion.gate.history.records import ReceivedFile, utc_text
from ingestion.gate.inbox import Candidate, held_to_sidecar
from ingestion.gate.landing import (
    FILE_CHANGING,
    Content,
    Landing,
    Places,
    StillWrittenError,
    Task,
    content_of,
    keep_refused,
    land,
)
from ingestion.gate.workers import Workers
from ingestion.lake import Lake

_Landing = Landing | StillWrittenError


@dataclass(frozen=True)
class Receipt:
    """What a run writes into every entry that it adds to the load history.

    Attributes:
        received_at: aware; when the run received the files.
    """

    business_date: date
    run_id: str
    received_at: datetime


class Intake:
    """Takes in the files of one feed and date that have not been seen yet.

    They are read ahead and side by side where that is faster.
    """

    def __init__(
        self, lake: Lake, ledger: Ledger, receipt: Receipt, workers: Workers
    ) -> None:
        self._lake = lake
        self._ledger = ledger
        self._receipt = receipt
        self._workers = workers
        self._begun: dict[Candidate, tuple[Task, Future[_Landing]]] = {}

    def contents(
        self, waiting: Sequence[Candidate]
    ) -> Iterator[tuple[Candidate, Content]]:
        """Every candidate with the sha256 and size of its bytes, in order."""
        if not self._workers.is_worth([candidate.size for candidate in waiting]):
            for candidate in waiting:
                yield _held(candidate, content_of(candidate))
            return
        pairs = list(map(_held, waiting, self._workers.map(content_of, waiting)))
        self._begin(pairs)
        yield from pairs

    def read(
        self, candidate: Candidate, content: Content, **terms: Any
    ) -> ReceivedFile:
        """The entry of a file that is landed or refused by now.

        ``terms`` are those of a task that are others than the candidate's.

        Raises:
            StillWrittenError: the file is another one than when it was hashed.
        """
        if candidate in self._begun:
            task, future = self._begun.pop(candidate)
            landing = self._workers.result(future)
        else:
            task = replace(self._task(candidate, content), **terms)
            landing = land(task)
        if isinstance(landing, StillWrittenError):
            raise landing
        places, is_landed = task.places, landing.landed_sha256 is not None
        return replace(
            self._entry(task.candidate, task.content),
            contract_version=task.contract.version,
            landed_path=places.landed if is_landed else None,
            landed_sha256=landing.landed_sha256,
            quarantine_path=None if is_landed else places.quarantine,
            rejects_path=places.rejects if landing.has_rejects else None,
            **vars(landing.verdict),
        )

    def reference(self, candidate: Candidate, content: Content) -> ReceivedFile:
        """The entry of a file whose content is known under another name."""
        return as_reference(self._entry(candidate, content), "duplicate")

    def refuse_by_name(self, candidate: Candidate, content: Content) -> ReceivedFile:
        """The entry of what is refused unread; a regular file is kept all the same."""
        received = self._entry(candidate, content)
        if content.sha256:
            path = self._ledger.quarantine_path(candidate.name, content.sha256)
            keep_refused(self._lake, candidate, content, path)
            received = replace(received, quarantine_path=path)
        return received

    def _task(self, candidate: Candidate, content: Content) -> Task:
        """What has to be done to land a file."""
        name, sha256, reading = candidate.name, content.sha256, candidate.reading
        assert sha256 is not None  # noqa: S101  a regular file, so it has one
        assert reading is not None  # noqa: S101  else refused by its name
        contract = load_contracts()[candidate.feed, reading.format]
        places = Places(
            landed=self._ledger.raw_path(name, sha256, reading.format),
            quarantine=self._ledger.quarantine_path(name, sha256),
            rejects=self._ledger.quarantine_path(name, sha256, REJECTS),
        )
        sender = sender_named(reading.sender)
        return Task(self._lake, candidate, content, contract, sender, places)

    def _begin(self, pairs: Sequence[tuple[Candidate, Content]]) -> None:
        """Begin with all that will be asked for, whatever becomes of the others.

        Of several files with the same bytes only the first will be.
        """
        seen: set[str] = set()
        for candidate, content in pairs:
            if content.sha256 is None:
                continue
            is_new = content.sha256 not in seen
            seen.add(content.sha256)
            known = self._ledger.find(candidate.name, content.sha256)
            if known or candidate.reason or not is_new:
                continue
            if not self._ledger.is_known(content.sha256, candidate.reading):
                task = self._task(candidate, content)
                self._begun[candidate] = task, self._workers.submit(land, task)

    def _entry(self, candidate: Candidate, content: Content) -> ReceivedFile:
        """An entry with nothing but what the name says and the receipt."""
        reading = candidate.reading or Reading("", None)
        return ReceivedFile(
            feed=candidate.feed,
            business_date=self._receipt.business_date.isoformat(),
            file_name=candidate.name,
            sha256=content.sha256,
            bytes=content.size,
            format=reading.format or None,
            compression=reading.compression,
            status="quarantined",
            reason=candidate.reason,
            reason_message=candidate.message,
            received_at=utc_text(self._receipt.received_at),
            run_id=self._receipt.run_id,
        )


def unfinished(candidate: Candidate, error: StillWrittenError) -> Candidate:
    """A candidate refused because it is still being written."""
    return replace(candidate, reason=FILE_CHANGING, message=str(error))


def _held(
    candidate: Candidate, content: Content | StillWrittenError
) -> tuple[Candidate, Content]:
    if isinstance(content, StillWrittenError):
        # Nobody knows its bytes.
        return unfinished(candidate, content), Content()
    return held_to_sidecar(candidate, content.sha256), content
