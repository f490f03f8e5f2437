"""Corrected rows and files, landed once and linked to what they were refused in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath

from ingestion.dates import parse_business_date
from ingestion.errors import UsageError
from ingestion.gate.corrections import corrected
from ingestion.gate.history.ledger import REJECTS
from ingestion.gate.history.records import FEEDS, ReceivedFile, load_history
from ingestion.gate.intake import Intake, Receipt
from ingestion.gate.landing import StillWrittenError, content_of
from ingestion.gate.receiving import apply_changes, ledger_of
from ingestion.gate.workers import Workers
from ingestion.lake import Lake


def date_and_feed(
    path: Path, given_date: str | None, given_feed: str | None
) -> tuple[date, str]:
    """Where a file belongs: as given, else by its folders ``<feed>/<date>``.

    Raises:
        UsageError: neither says it.
    """
    folders = path.resolve().parent.parts[-2:]
    feed = given_feed or (folders[0] if folders[0] in FEEDS else None)
    day = given_date or (folders[-1] if feed == folders[0] else None)
    if feed is None or day is None:
        raise UsageError(
            f"{path} does not lie in a folder such as quarantine/orders/2026-01-01: "
            "say with --date and --feed where it belongs."
        )
    return parse_business_date(day), feed


def requeue(
    lake: Lake, path: Path, feed: str, receipt: Receipt, *, is_late: bool
) -> ReceivedFile:
    """Land what has been corrected: a file refused whole, or ``.rejects.jsonl`` rows.

    The name says which file of the load history it was. Rows land beside that file
    under a name of its own, so that a later correction of the same rows supersedes
    them; rows that are still wrong are refused again, whatever their share.

    Args:
        lake: that holds the load history and gets the rows.
        path: the corrected copy, named as in quarantine.
        feed: ``orders`` or ``stock``.
        receipt: the date, and what is written into the load history.
        is_late: whether the date is published: what is corrected waits as late, and
            what it was refused in stays as it was until that counts.

    Raises:
        UsageError: nothing of that name was refused, or its rows are not to be read.
        ProcurementError: the file cannot be read.
    """
    day = receipt.business_date
    known = [item for item in load_history(lake, day) if item.feed == feed]
    original = _original(known, path, day)
    with corrected(path, original, known) as correction:
        content = content_of(correction.candidate)
        if isinstance(content, StillWrittenError):
            raise content
        ledger = ledger_of(feed, day, known, is_published=is_late)
        received = ledger.find(correction.candidate.name, content.sha256)
        is_corrected = ledger.is_corrected(content.sha256 or "")
        if received is None or (
            received.status in ("superseded", "late") and not is_corrected
        ):
            with Workers(1) as workers:
                received = replace(
                    Intake(lake, ledger, receipt, workers).read(
                        correction.candidate,
                        content,
                        contract=correction.contract,
                        sender=correction.sender,
                    ),
                    requeued_from=correction.of,
                    corrects_rows=correction.rows,
                )
        # Also of what is known: a command may have been killed before it was done.
        apply_changes(lake, [*ledger.arrive(received), *ledger.settle_rest()])
    received_as = ledger.find(correction.candidate.name, content.sha256)
    assert received_as is not None  # noqa: S101  it was received before, or just now
    return received_as


def _original(known: list[ReceivedFile], path: Path, day: date) -> ReceivedFile:
    """The entry of the file whose rejects or refused bytes have this name."""
    is_rejects = path.name.endswith(REJECTS)
    for item in known:
        kept = item.rejects_path if is_rejects else item.quarantine_path
        if kept is None or PurePosixPath(kept).name != path.name:
            continue
        if is_rejects and item.reason:
            raise UsageError(
                f"{item.file_name} was refused whole, its good rows with the others. "
                f"Correct a copy of the file itself, {item.quarantine_path}, and "
                "requeue that."
            )
        if not item.format:
            raise UsageError(
                f"{item.file_name} was refused for its name. Put it into the inbox "
                f"under another one: {item.reason_message}"
            )
        return item
    raise UsageError(
        f"Nothing named {path.name} lies in quarantine for {day}. "
        f"`python -m ingestion status --date {day}` shows what was refused."
    )
