"""The gate: everything in the inbox of a date is landed, or refused and kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from ingestion.errors import ProcurementError
from ingestion.gate.drafts import copy
from ingestion.gate.file_reader import FileReader
from ingestion.gate.history.ledger import Changes, Ledger
from ingestion.gate.history.records import (
    COUNTED,
    FEEDS,
    ReceivedFile,
    load_history,
    save,
)
from ingestion.gate.inbox import CHECKSUM, FORMATS, Candidate, candidates
from ingestion.gate.intake import Intake, Receipt
from ingestion.gate.landing import Content, StillWrittenError
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
) -> list[ReceivedFile]:
    """Receive both feeds of a date that is not published yet.

    Files are known by feed, date and sha256. The same bytes again change nothing;
    other bytes that are accepted under a known name supersede the former; a refused
    file supersedes nothing. What lies under ``raw`` afterwards is exactly what the
    load history counts, also when an earlier run was killed.

    Args:
        lake: where accepted files are landed, and refused ones kept.
        inbox: folder with ``orders/YYYY-MM-DD`` and ``stock/YYYY-MM-DD``; it is
            only read. A date's folder that does not exist holds no files.
        business_date: the date whose folders are read.
        run_id: written into new entries of the load history.
        received_at: aware instant, written into new entries.
        on_file: called after each file, for progress.
        workers: reads files side by side; without one, one of its own is used.

    Returns:
        The date's complete load history, by feed, name and sha256.

    Raises:
        UsageError: the inbox does not exist, or a contract is wrong.
        ProcurementError: a file cannot be read, or a landed file has disappeared
            from the lake.
    """
    if workers is None:
        with Workers() as workers:
            return receive(
                lake,
                inbox,
                business_date,
                run_id=run_id,
                received_at=received_at,
                on_file=on_file,
                workers=workers,
            )
    history = load_history(lake, business_date)
    receipt = Receipt(business_date, run_id, received_at)
    waiting = {feed: candidates(inbox, feed, business_date) for feed in FEEDS}
    for feed in FEEDS:
        known = [received for received in history if received.feed == feed]
        ledger = Ledger(feed, business_date.isoformat(), known)
        intake = Intake(lake, ledger, receipt)
        reader = FileReader(workers, intake, ledger, waiting[feed])
        for candidate, content in reader.contents():
            received = _received(lake, ledger, intake, reader, candidate, content)
            if received.status != "late":
                apply_changes(lake, ledger.arrive(received))
            if on_file:
                on_file(ledger.find(*received.key) or received)
        apply_changes(lake, ledger.settle_rest())
        _clear_raw(lake, feed, business_date, ledger.files())
    return load_history(lake, business_date)


def _received(
    lake: Lake,
    ledger: Ledger,
    intake: Intake,
    reader: FileReader,
    candidate: Candidate,
    content: Content | StillWrittenError,
) -> ReceivedFile:
    """The entry for what the inbox holds, read only if that is not known yet."""
    if isinstance(content, StillWrittenError):
        return intake.refuse_unfinished(candidate, content)
    known = ledger.find(candidate.name, content.sha256)
    if known and known.reason == CHECKSUM and not candidate.reason:
        # Its sidecar has come to name these bytes, or is gone.
        known = None
    if known and not _is_lost(lake, known) and _is_settled(ledger, known):
        return known
    try:
        if candidate.reason or content.sha256 is None:
            return intake.refuse_by_name(candidate, content)
        if not known and ledger.is_known(content.sha256, candidate.reading):
            return intake.reference(candidate, content)
        received = reader.read(candidate, content)
    except StillWrittenError as error:
        return intake.refuse_unfinished(candidate, error)
    if known:
        return replace(
            received,
            received_at=known.received_at,
            run_id=known.run_id,
            requeued_from=known.requeued_from,
            corrects_rows=known.corrects_rows,
        )
    return received


def _is_settled(ledger: Ledger, known: ReceivedFile) -> bool:
    """Whether there is a verdict on a known entry, or it needs none."""
    if known.sha256 is None or known.has_verdict or known.status == "late":
        return True
    return ledger.is_known(known.sha256, known.reading)


def _is_lost(lake: Lake, known: ReceivedFile) -> bool:
    if known.status == "late" or known.landed_path is None:
        return False
    return not lake.exists(known.landed_path)


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


def _clear_raw(
    lake: Lake, feed: str, business_date: date, files: list[ReceivedFile]
) -> None:
    """Take out of ``raw`` what no manifest counts: a killed run may have left it.

    Raises:
        ProcurementError: a file that counts is not there.
    """
    folder = f"raw/{feed}/{business_date.isoformat()}"
    counted = {item.landed_path: item for item in files if item.status in COUNTED}
    found = [item for each in FORMATS[feed] for item in lake.files(f"{folder}/{each}")]
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
