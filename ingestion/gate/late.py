"""Files that come after their date is published: kept aside, counted on demand.

What counts for the published orders stays what lies in ``raw``. A late file is
validated like any other, so that people see what it holds, and its accepted rows wait
under ``held_back/FEED/DATE/late``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ingestion.gate.drafts import copy
from ingestion.gate.file_reader import FileReader
from ingestion.gate.history.ledger import Changes, Ledger, without_paths
from ingestion.gate.history.names import landed_name, name_order
from ingestion.gate.history.records import (
    FEEDS,
    ReceivedFile,
    load_history,
    save,
)
from ingestion.gate.inbox import Candidate, candidates
from ingestion.gate.intake import Intake, Receipt
from ingestion.gate.landing import Content, StillWrittenError
from ingestion.gate.workers import Workers
from ingestion.lake import Lake

Read = Callable[[Candidate, Content], ReceivedFile]


class LateLedger(Ledger):
    """The load history of a date that is published: what counts is settled."""

    def raw_path(self, name: str, sha256: str, file_format: str) -> str:
        """Where a content lies that does not count yet."""
        return f"{self.held_back('late')}/{landed_name(name, sha256, file_format)}"

    def note(self, received: ReceivedFile) -> None:
        """Take an entry as it is: nothing that counts follows from it."""
        self._put(received)

    def _stands_for_others(self, item: ReceivedFile) -> bool:
        """What waits to be counted need not wait beside what it corrects."""
        return self._points(item) or (item.status == "late" and not item.reason)

    def held_back(self, kind: str) -> str:
        """Folder of the accepted files that do not count, or no longer."""
        return f"held_back/{self._feed}/{self._date}/{kind}"


def receive_late(
    lake: Lake,
    inbox: Path,
    business_date: date,
    *,
    run_id: str,
    received_at: datetime,
    workers: Workers | None = None,
) -> list[ReceivedFile]:
    """Receive what has come for a date since it was published; nothing of it counts.

    The same bytes as those of a file that is known are a duplicate. Other bytes are
    late, also when they cannot be accepted. A name that brings other accepted bytes,
    or goes back to those that count, supersedes the late ones that it brought before.

    Returns:
        The date's complete load history, by feed, name and sha256.

    Raises:
        UsageError: the inbox does not exist, or a contract is wrong.
        ProcurementError: a file cannot be read.
    """
    history = load_history(lake, business_date)
    receipt = Receipt(business_date, run_id, received_at)
    with ExitStack() as own:
        workers = workers or own.enter_context(Workers())
        for feed in FEEDS:
            known = [received for received in history if received.feed == feed]
            ledger = LateLedger(feed, business_date.isoformat(), known)
            intake = Intake(lake, ledger, receipt)
            waiting = candidates(inbox, feed, business_date)
            reader = FileReader(workers, intake, ledger, waiting)
            desk = LateDesk(lake, ledger, intake, reader.read)
            for candidate, content in reader.contents():
                desk.receive(candidate, content)
            desk.clear_away()
    return load_history(lake, business_date)


def late_files(history: Iterable[ReceivedFile]) -> list[ReceivedFile]:
    """The files that wait to be counted."""
    return [received for received in history if received.status == "late"]


def counting_late_files(lake: Lake, business_date: date) -> list[Changes]:
    """What has to be done in the lake for the late files of a date to count.

    It is as if they had come before publication: a known name's file takes the place
    of the former, and what is refused is reported and takes nothing away.
    """
    changes: list[Changes] = []
    history = load_history(lake, business_date)
    for feed in FEEDS:
        known = [received for received in history if received.feed == feed]
        ledger = Ledger(feed, business_date.isoformat(), known)
        for late in sorted(late_files(known), key=_arrival):
            status = "quarantined" if late.reason else "accepted"
            changes += ledger.arrive(replace(late, status=status))
    return changes


class LateDesk:
    """Takes in the late files of one feed and date, one by one.

    Attributes:
        read: gives the entry of a file that is not known, landed or refused by then;
            raises StillWrittenError for one that changes meanwhile.
    """

    def __init__(self, lake: Lake, ledger: LateLedger, intake: Intake, read: Read):
        self._lake = lake
        self._ledger = ledger
        self._intake = intake
        self._read_file = read

    def receive(
        self, candidate: Candidate, content: Content | StillWrittenError
    ) -> None:
        """Take what the inbox holds under a name."""
        if isinstance(content, StillWrittenError):
            self._save(_late(self._intake.refuse_unfinished(candidate, content)))
            return
        received = self._ledger.find(candidate.name, content.sha256)
        if received is None or self._is_to_be_read(received):
            received = self._read(candidate, content)
            self._save(received)
        if received.sha256 and not self._is_refused(received):
            self._supersede_others(received)

    def clear_away(self) -> None:
        """Delete what a killed run left among the late files."""
        named = {item.landed_path for item in self._ledger.files()}
        for file in self._lake.files(self._ledger.held_back("late")):
            if file.path not in named:
                self._lake.delete(file.path)

    def _is_to_be_read(self, known: ReceivedFile) -> bool:
        if known.status == "late" and known.landed_path:
            return not self._lake.exists(known.landed_path)
        if known.status != "superseded":
            return False
        # Bytes that counted once, and not for the published orders, come again: but
        # for those of a refused file that lies in the inbox beside its correction.
        return known.sha256 is None or not self._ledger.is_corrected(known.sha256)

    def _read(self, candidate: Candidate, content: Content) -> ReceivedFile:
        sha256 = content.sha256
        if sha256 is None or candidate.reason:
            received = self._intake.refuse_by_name(candidate, content)
        elif self._is_known(candidate, sha256):
            return self._intake.reference(candidate, content)
        else:
            received = self._landed(candidate, content)
        return _late(received)

    def _landed(self, candidate: Candidate, content: Content) -> ReceivedFile:
        try:
            return self._read_file(candidate, content)
        except StillWrittenError as error:
            return self._intake.refuse_unfinished(candidate, error)

    def _is_known(self, candidate: Candidate, sha256: str) -> bool:
        """Whether the content counts, waits or was refused under another name."""
        if self._ledger.counts(sha256) or self._ledger.is_corrected(sha256):
            return True
        return any(
            item.sha256 == sha256
            and item.file_name != candidate.name
            and item.has_verdict
            and item.reading == candidate.reading
            and item.status in ("late", "quarantined")
            for item in self._ledger.files()
        )

    def _is_refused(self, received: ReceivedFile) -> bool:
        sha256 = received.sha256 or ""
        verdict = received if received.has_verdict else None
        verdict = verdict or self._ledger.verdict(sha256, received.reading)
        return verdict is not None and verdict.reason is not None

    def _supersede_others(self, received: ReceivedFile) -> None:
        for item in self._ledger.files():
            is_other = item.file_name == received.file_name and item != received
            if is_other and item.status == "late":
                self._supersede(item)

    def _supersede(self, late: ReceivedFile) -> None:
        """Let a late file wait no longer, unless it waits under another name too."""
        heir = self._heir(late)
        if heir:
            self._save(
                replace(
                    late,
                    file_name=heir.file_name,
                    received_at=heir.received_at,
                    run_id=heir.run_id,
                )
            )
            self._save(replace(without_paths(late), status="superseded"))
        elif late.landed_path:
            name = late.landed_path.rpartition("/")[2]
            path = f"{self._ledger.held_back('superseded')}/{name}"
            copy(self._lake, late.landed_path, path)
            self._save(replace(late, status="superseded", landed_path=path))
            self._lake.delete(late.landed_path)
        else:
            self._save(replace(late, status="superseded"))

    def _heir(self, late: ReceivedFile) -> ReceivedFile | None:
        if late.sha256 is None or self._ledger.is_corrected(late.sha256):
            return None
        same = [
            item
            for item in self._ledger.files()
            if item.sha256 == late.sha256
            and item.status == "duplicate"
            and item.reading == late.reading
        ]
        heirs = sorted(same, key=lambda item: name_order(item.file_name))
        return next(iter(heirs), None)

    def _save(self, received: ReceivedFile) -> None:
        save(self._lake, received)
        self._ledger.note(received)


def _late(received: ReceivedFile) -> ReceivedFile:
    return replace(received, status="late", is_late=True)


def _arrival(received: ReceivedFile) -> tuple[str, bytes, str]:
    name = name_order(received.file_name)
    return received.received_at, name, received.sha256 or ""
