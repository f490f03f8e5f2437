"""Corrected rows and files, landed once and linked to what they were refused in."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from ingestion.contracts import Contract, load_contracts
from ingestion.contracts.senders import sender_named
from ingestion.dates import parse_business_date
from ingestion.errors import UsageError
from ingestion.gate.inbox import Candidate
from ingestion.gate.intake import Intake, Receipt
from ingestion.gate.landing import Content, StillWrittenError, content_of, land
from ingestion.gate.ledger import REJECTS, Ledger
from ingestion.gate.names import Reading, stem_and_extension
from ingestion.gate.receiving import apply_changes
from ingestion.gate.records import FEEDS, ReceivedFile, load_history
from ingestion.lake import Lake

_NUMBER = "line_number"


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


def requeue(lake: Lake, path: Path, feed: str, receipt: Receipt) -> ReceivedFile:
    """Land what has been corrected: a file refused whole, or ``.rejects.jsonl`` rows.

    The name says which file of the load history it was. Rows land beside that file as
    ``<stem>.requeued``, so that a later correction of the same rows supersedes them;
    rows that are still wrong are refused again, whatever their share.

    Args:
        lake: that holds the load history and gets the rows.
        path: the corrected copy, named as in quarantine.
        feed: ``orders`` or ``stock``.
        receipt: the date, and what is written into the load history.

    Raises:
        UsageError: nothing of that name was refused, or its rows are not to be read.
        ProcurementError: the file cannot be read.
    """
    day = receipt.business_date
    known = [item for item in load_history(lake, day) if item.feed == feed]
    original = _original(known, path, day)
    contract, reading = _contract(original)
    ledger = Ledger(feed, day.isoformat(), known)
    intake = Intake(lake, ledger, receipt)
    with _corrected(path, original, contract, reading) as (name, content_path):
        is_rows = path.name.endswith(REJECTS)
        candidate = Candidate(
            feed=feed,
            name=name,
            path=content_path,
            is_file=True,
            size=content_path.stat().st_size,
            reading=replace(reading, compression=None) if is_rows else reading,
        )
        content = _hashed(candidate)
        before = ledger.find(name, content.sha256)
        if before and before.status not in ("superseded", "late"):
            return before
        task = intake.task(candidate, content)
        if is_rows:
            anything = replace(contract, max_refused_share=Decimal(1))
            task = replace(task, contract=anything)
        landing = land(task)
        if isinstance(landing, StillWrittenError):
            raise landing
        received = intake.landed(task, landing)
    received = replace(received, requeued_from=original.sha256)
    apply_changes(lake, [*ledger.arrive(received), *ledger.settle_rest()])
    return ledger.find(*received.key) or received


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
        if item.format:
            return item
    raise UsageError(
        f"Nothing named {path.name} lies in quarantine for {day}. "
        f"`python -m ingestion status --date {day}` shows what was refused."
    )


def _contract(original: ReceivedFile) -> tuple[Contract, Reading]:
    reading = original.reading
    assert reading is not None  # noqa: S101  _original takes files with a format
    return load_contracts()[original.feed, reading.format], reading


@contextmanager
def _corrected(
    path: Path, original: ReceivedFile, contract: Contract, reading: Reading
) -> Iterator[tuple[str, Path]]:
    """The name under which something corrected is received, and its bytes."""
    if not path.is_file():
        raise UsageError(f"{path} is not a file.")
    if not path.name.endswith(REJECTS):
        yield original.file_name, path.resolve()
        return
    extension = "jsonl" if contract.format == "json" else "csv"
    stem, _ = stem_and_extension(original.file_name)
    with tempfile.TemporaryDirectory(prefix="requeue-") as folder:
        content = Path(folder) / f"rows.{extension}"
        content.write_bytes(_rows(path, contract, reading.sender))
        yield f"{stem}.requeued.{extension}", content


def _hashed(candidate: Candidate) -> Content:
    content = content_of(candidate)
    if isinstance(content, StillWrittenError):
        raise content
    return content


def _rows(path: Path, contract: Contract, sender: str | None) -> bytes:
    """The rows of a ``.rejects.jsonl`` as a file of the contract's format."""
    rejects = [
        _reject(path, number, text)
        for number, text in enumerate(path.read_bytes().splitlines(), start=1)
        if text.strip()
    ]
    if contract.format == "json":
        keys = _keys_of_number(sender)
        rows = [_order(item, keys) for item in rejects]
    else:
        contexts = {item["context"] for item in rejects}
        if len(contexts) != 1:
            raise UsageError(f"{path} needs the same header as `context` of every row.")
        rows = [*contexts, *(item["raw"] for item in rejects)]
    return "".join(f"{row}\n" for row in rows).encode("utf-8", "surrogatepass")


def _reject(path: Path, number: int, text: bytes) -> dict[str, Any]:
    try:
        item = json.loads(text)
        is_fine = isinstance(item["raw"], str)
        is_fine = is_fine and isinstance(item["context"], (str, type(None)))
    except (ValueError, KeyError, TypeError) as error:
        raise _unreadable(path, number) from error
    if not is_fine:
        raise _unreadable(path, number)
    return dict(item)


def _order(reject: dict[str, Any], keys: list[str]) -> str:
    """One refused line as an order of its own, under the header it was sent with."""
    raw = " ".join(reject["raw"].splitlines())
    context = reject["context"]
    if context is None:
        return raw
    header = context.strip().removesuffix("}")
    comma = "," if header.strip() != "{" else ""
    line = _numbered(raw, reject.get("position"), keys)
    return f'{header}{comma}"lines":[{line}]}}'


def _numbered(raw: str, position: object, keys: list[str]) -> str:
    """A line with its number, which is its place in the order when it has none."""
    try:
        line = json.loads(raw)
    except ValueError:
        return raw
    if not isinstance(line, dict) or not isinstance(position, int):
        return raw
    given = [key for key in keys if key in line]
    for key in given:
        absent = rf'("{re.escape(key)}"\s*:\s*)(?:null|"[ \t]*")'
        raw = re.sub(absent, rf"\g<1>{position}", raw, count=1)
    if given or not line:
        return raw
    return f'{{"{_NUMBER}":{position},{raw.strip()[1:]}'


def _keys_of_number(sender: str | None) -> list[str]:
    """What a sender may call the number of a line."""
    known = sender_named(sender)
    renamed = known.names if known else ()
    return [_NUMBER, *(own for own, name in renamed if name == _NUMBER)]


def _unreadable(path: Path, number: int) -> UsageError:
    return UsageError(
        f"{path}, line {number}, is no refused row: each line is a JSON object with "
        "the text `raw`, which is what to correct, and `context`, as in quarantine."
    )
