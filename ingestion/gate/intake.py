"""The entries of the load history, and the tasks, of the files of one feed and date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from ingestion.contracts import load_contracts
from ingestion.contracts.senders import sender_named
from ingestion.gate.history.ledger import REJECTS, Ledger, as_reference
from ingestion.gate.history.names import Reading
from ingestion.gate.history.records import ReceivedFile, utc_text
from ingestion.gate.inbox import Candidate
from ingestion.gate.landing import (
    FILE_CHANGING,
    Content,
    Landing,
    Places,
    StillWrittenError,
    Task,
    keep_refused,
)
from ingestion.lake import Lake


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
    """Takes in the files of one feed and date that have not been seen yet."""

    def __init__(self, lake: Lake, ledger: Ledger, receipt: Receipt) -> None:
        self._lake = lake
        self._ledger = ledger
        self._receipt = receipt

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

    def refuse_unfinished(
        self, candidate: Candidate, error: StillWrittenError
    ) -> ReceivedFile:
        """The entry of a file that is still being written, whose bytes nobody knows."""
        return replace(
            self._entry(candidate, Content()),
            reason=FILE_CHANGING,
            reason_message=str(error),
        )

    def task(self, candidate: Candidate, content: Content) -> Task:
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

    def landed(self, task: Task, landing: Landing) -> ReceivedFile:
        """The entry of a file that was landed or refused."""
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
            encoding=None,
            status="quarantined",
            reason=candidate.reason,
            reason_message=candidate.message,
            rows_read=0,
            rows_accepted=0,
            rows_refused=0,
            first_error_line=None,
            first_error_column=None,
            first_error_reason=None,
            refused_by_reason={},
            unknown_fields=0,
            site_ids=(),
            contract_version=None,
            landed_path=None,
            landed_sha256=None,
            quarantine_path=None,
            rejects_path=None,
            received_at=utc_text(self._receipt.received_at),
            run_id=self._receipt.run_id,
        )
