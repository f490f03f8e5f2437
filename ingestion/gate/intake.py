"""One file taken in: hashed, validated, and written where its verdict puts it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from ingestion.contracts import Contract, load_contracts
from ingestion.errors import FileChangingError
from ingestion.gate.drafts import Draft, RejectsDraft
from ingestion.gate.inbox import Candidate
from ingestion.gate.ledger import REJECTS, Ledger, as_reference
from ingestion.gate.names import Reading, shown
from ingestion.gate.records import ReceivedFile, utc_text
from ingestion.gate.source import CHUNK, opened
from ingestion.gate.tally import Verdict
from ingestion.gate.validation import validate
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


@dataclass(frozen=True)
class Content:
    """What a file is before it is read: nothing for links and folders."""

    sha256: str | None = None
    size: int | None = None


def content_of(candidate: Candidate) -> Content:
    """Hash a file from end to end; what is no regular file is not opened.

    Raises:
        ProcurementError: the file cannot be read.
    """
    if not candidate.is_file:
        return Content()
    with opened(candidate.path) as stream:
        sha256 = stream.drain()
        return Content(sha256, stream.size)


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
            received = replace(received, quarantine_path=self._keep(candidate, content))
        return received

    def validate(self, candidate: Candidate, content: Content) -> ReceivedFile:
        """Read a file against its contract and land or quarantine what is in it.

        Raises:
            ProcurementError: the file is another one than a moment ago, or cannot
                be read.
        """
        name, sha256, reading = candidate.name, content.sha256, candidate.reading
        assert sha256 is not None  # noqa: S101  a regular file, so it has one
        assert reading is not None  # noqa: S101  else refused by its name
        contract = load_contracts()[candidate.feed, reading.format]
        ledger, lake = self._ledger, self._lake
        landed = Draft(lake, ledger.raw_path(name, sha256, reading.format))
        rejects = RejectsDraft(lake, ledger.quarantine_path(name, sha256, REJECTS))
        try:
            verdict = self._read(candidate, content, contract, landed, rejects)
            received = self._judged(candidate, content, verdict, contract)
            if rejects.count and verdict.rows_refused:
                rejects.keep()
                received = replace(received, rejects_path=rejects.path)
            if verdict.reason is None:
                digest = landed.keep()
                return replace(received, landed_path=landed.path, landed_sha256=digest)
        finally:
            rejects.drop()
            landed.drop()
        return replace(received, quarantine_path=self._keep(candidate, content))

    def _read(
        self,
        candidate: Candidate,
        content: Content,
        contract: Contract,
        landed: Draft,
        rejects: RejectsDraft,
    ) -> Verdict:
        compression = candidate.reading.compression if candidate.reading else None
        with opened(candidate.path) as stream:
            verdict = validate(stream, compression, contract, landed, rejects.add)
            if stream.drain() != content.sha256:
                raise _is_changing(candidate.path)
        return verdict

    def _keep(self, candidate: Candidate, content: Content) -> str:
        """Copy a refused file into quarantine, byte for byte; its path there."""
        path = self._ledger.quarantine_path(candidate.name, content.sha256 or "")
        draft = Draft(self._lake, path)
        try:
            with opened(candidate.path) as stream:
                while block := stream.read(CHUNK):
                    draft.write(block)
                if stream.drain() != content.sha256:
                    raise _is_changing(candidate.path)
            draft.keep()
        finally:
            draft.drop()
        return path

    def _judged(
        self,
        candidate: Candidate,
        content: Content,
        verdict: Verdict,
        contract: Contract,
    ) -> ReceivedFile:
        return replace(
            self._entry(candidate, content),
            contract_version=contract.version,
            **vars(verdict),
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


def _is_changing(path: Path) -> FileChangingError:
    return FileChangingError(
        f"{shown(str(path))} changed while it was read: it is still being written. "
        "Run again when the sender is done; a sender should write to a name that "
        "ends in .part and rename it then."
    )
