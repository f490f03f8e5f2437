"""The gate: everything in the inbox of a date is landed, or refused and kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ingestion.errors import ProcurementError
from ingestion.gate.history.late import LateLedger
from ingestion.gate.history.ledger import Changes, Ledger
from ingestion.gate.history.records import (
    COUNTED,
    FEEDS,
    ReceivedFile,
    load_history,
    save,
)
from ingestion.gate.inbox import CHECKSUM, FORMATS, Candidate, candidates
from ingestion.gate.intake import Intake, Receipt, unfinished
from ingestion.gate.landing import Content, StillWrittenError
from ingestion.gate.provisional_files import copy
from ingestion.gate.workers import Workers
from ingestion.lake import Lake, LakeFile

OnFile = Callable[[ReceivedFile], None]
_DIGITS = re.compile(r"-([0-9a-f]{12})\.(?:json|csv)\Z")


def receive(
    lake: Lake,
    inbox: Path,
    business_date: date,
    *,
    run_id: str,
    received_at: datetime,
    on_file: OnFile | None = None,
    workers: Workers | None = None,
    is_published: bool = False,
) -> list[ReceivedFile]:
    """Receive both feeds of a date.

    Files are known by feed, date and sha256. The same bytes again change nothing;
    other bytes that are accepted under a known name supersede the former; a refused
    file supersedes nothing. What lies under ``raw`` afterwards is exactly what the
    load history counts, also when an earlier run was killed. Of a date that is
    published nothing changes that counts: what comes is late (``LateLedger``).

    Args:
        lake: where accepted files are landed, and refused ones kept.
        inbox: folder with ``orders/YYYY-MM-DD`` and ``stock/YYYY-MM-DD``; it is
            only read. A date's folder that does not exist holds no files.
        business_date: the date whose folders are read.
        run_id: written into new entries of the load history.
        received_at: aware instant, written into new entries.
        on_file: called after each file, for progress.
        workers: reads files side by side; without one, one of its own is used.
        is_published: whether the date's orders are published.

    Returns:
        The date's complete load history, by feed, name and sha256.

    Raises:
        UsageError: the inbox does not exist, or a contract is wrong.
        ProcurementError: a file cannot be read, or a landed file has disappeared
            from the lake.
    """
    history = load_history(lake, business_date)
    receipt = Receipt(business_date, run_id, received_at)
    waiting = {feed: candidates(inbox, feed, business_date) for feed in FEEDS}
    with ExitStack() as own:
        workers = workers or own.enter_context(Workers())
        for feed in FEEDS:
            known = [received for received in history if received.feed == feed]
            ledger = ledger_of(feed, business_date, known, is_published=is_published)
            intake = Intake(lake, ledger, receipt, workers)
            for candidate, content in intake.contents(waiting[feed]):
                received = _received(lake, ledger, intake, candidate, content)
                if is_published or received.status != "late":
                    apply_changes(lake, ledger.arrive(received))
                if on_file:
                    on_file(ledger.find(*received.key) or received)
            apply_changes(lake, ledger.settle_rest())
            if is_published:
                _clear_late(lake, ledger)
            else:
                _clear_raw(lake, feed, business_date, ledger.files())
    return load_history(lake, business_date)


def ledger_of(
    feed: str, business_date: date, known: list[ReceivedFile], *, is_published: bool
) -> Ledger:
    """The load history of one feed and date, to go on from."""
    kind = LateLedger if is_published else Ledger
    return kind(feed, business_date.isoformat(), known)


def _received(
    lake: Lake,
    ledger: Ledger,
    intake: Intake,
    candidate: Candidate,
    content: Content,
) -> ReceivedFile:
    """The entry for what the inbox holds, read only if that is not known yet."""
    known = ledger.find(candidate.name, content.sha256)
    is_unread = known and (known.sha256 is None or known.reason == CHECKSUM)
    if known and is_unread and known.reason != candidate.reason:
        # Its sidecar has come to name these bytes, or it is another thing by now.
        known = None
    if known and not ledger.is_lost(lake, known) and ledger.is_settled(known):
        return known
    try:
        if candidate.reason or content.sha256 is None:
            return intake.refuse_by_name(candidate, content)
        if ledger.is_known(content.sha256, candidate.reading, known):
            return intake.reference(candidate, content)
        received = intake.read(candidate, content)
    except StillWrittenError as error:
        return intake.refuse_by_name(unfinished(candidate, error), Content())
    if known and not isinstance(ledger, LateLedger):
        return replace(
            received,
            received_at=known.received_at,
            run_id=known.run_id,
            requeued_from=known.requeued_from,
            corrects_rows=known.corrects_rows,
        )
    return received


def apply_changes(
    lake: Lake,
    all_changes: Iterable[Changes],
    remove: Callable[[str], None] | None = None,
) -> None:
    """Do in the lake what a ledger has decided.

    Args:
        lake: where to do it.
        all_changes: in their order.
        remove: takes a file away by its path; not given, it is deleted.
    """
    for changes in all_changes:
        for source, target in changes.copies:
            if lake.exists(source):
                copy(lake, source, target)
        for received in changes.gains:
            save(lake, received)
        for path in changes.deletions:
            (remove or lake.delete)(path)
        for received in changes.losses:
            save(lake, received)


def _clear_late(lake: Lake, ledger: Ledger) -> None:
    """Delete what a killed run left among the late files."""
    named = {item.landed_path for item in ledger.files()}
    for file in lake.files(ledger.held_back("late")):
        if file.path not in named:
            lake.delete(file.path)


def _clear_raw(
    lake: Lake, feed: str, business_date: date, files: list[ReceivedFile]
) -> None:
    """Take out of ``raw`` what no manifest counts: a killed run may have left it.

    Raises:
        ProcurementError: a file that counts is not there.
    """
    counted = {item.landed_path: item for item in files if item.status in COUNTED}
    found = _raw_files(lake, feed, business_date)
    for path in counted.keys() - {item.path for item in found}:
        raise ProcurementError(
            f"{lake.root}/{path} is missing: {counted[path].file_name} was landed "
            "there and counts. Restore it, or put the file into the inbox again."
        )
    safe = {item.sha256[:12] for item in files if item.sha256 and item.landed_path}
    for entry in found:
        if entry.path not in counted:
            _take_out(lake, entry, feed, business_date, safe)


def _take_out(
    lake: Lake, entry: LakeFile, feed: str, business_date: date, safe: set[str]
) -> None:
    digits = _DIGITS.search(entry.name)
    day = business_date.isoformat()
    aside = f"held_back/{feed}/{day}/superseded/{entry.name}"
    if (digits and digits[1] in safe) or lake.exists(aside):
        lake.delete(entry.path)
    else:
        # Nobody knows where it came from, so it is kept, where it does not count.
        lake.rename(entry.path, aside)


def files_in_raw(lake: Lake, business_date: date) -> list[str]:
    """Paths of every file that engines read for a date, whoever put it there."""
    return [
        file.path for feed in FEEDS for file in _raw_files(lake, feed, business_date)
    ]


def _raw_files(lake: Lake, feed: str, business_date: date) -> list[LakeFile]:
    folder = f"raw/{feed}/{business_date.isoformat()}"
    return [file for each in FORMATS[feed] for file in lake.files(f"{folder}/{each}")]
