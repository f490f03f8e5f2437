"""A corrected copy of what was refused, as a file that the gate can receive."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingestion.contracts import Contract, load_contracts
from ingestion.contracts.senders import Sender, sender_named
from ingestion.contracts.values import BLANKS
from ingestion.errors import UsageError
from ingestion.gate.history.ledger import REJECTS
from ingestion.gate.history.names import Reading, requeued_name
from ingestion.gate.history.records import ReceivedFile
from ingestion.gate.inbox import Candidate

_NUMBER = "line_number"


@dataclass(frozen=True)
class Correction:
    """Something corrected, and what it corrects.

    Attributes:
        candidate: as which it is received.
        contract: by which it is read.
        sender: who writes so; rows by themselves bring their numbers along.
        of: sha256 of what was refused.
        rows: how many rows that were refused it holds; 0 for a file refused whole.
    """

    candidate: Candidate
    contract: Contract
    sender: Sender | None
    of: str
    rows: int


@contextmanager
def corrected(
    path: Path, original: ReceivedFile, known: list[ReceivedFile]
) -> Iterator[Correction]:
    """A corrected copy as something to receive."""
    reading = original.reading
    assert reading is not None  # noqa: S101  _original takes files with a format
    contract = load_contracts()[original.feed, reading.format]
    of = original.sha256
    assert of is not None  # noqa: S101  what lies in quarantine has bytes
    sender = sender_named(reading.sender)
    if sender and original.corrects_rows:
        sender = replace(sender, line_numbers=None)
    if not path.name.endswith(REJECTS):
        candidate = _candidate(original, original.file_name, path.resolve(), reading)
        # One more attempt stands for the file that was sent, as the former did.
        of = original.requeued_from or of
        yield Correction(candidate, contract, sender, of, original.corrects_rows)
        return
    if sender and sender.add_up:
        raise UsageError(
            f"The rows of {original.file_name} add up to figures, as the sender "
            f"{sender.name} declares: one of them cannot be corrected alone. Have the "
            "whole file sent again."
        )
    rejects = _rejects(path)
    with tempfile.TemporaryDirectory(prefix="requeue-") as folder:
        content = Path(folder) / "rows"
        content.write_bytes(_rows(path, rejects, contract, sender))
        name = _name_of_rows(original, known, reading)
        plain = replace(reading, compression=None)
        candidate = _candidate(original, name, content, plain)
        anything = replace(contract, max_refused_share=Decimal(1))
        if sender:
            sender = replace(sender, line_numbers=None)
        yield Correction(candidate, anything, sender, of, len(rejects))


def _candidate(
    original: ReceivedFile, name: str, path: Path, reading: Reading
) -> Candidate:
    return Candidate(
        feed=original.feed,
        name=name,
        path=path,
        is_file=True,
        size=path.stat().st_size,
        reading=reading,
    )


def _name_of_rows(
    original: ReceivedFile, known: list[ReceivedFile], reading: Reading
) -> str:
    """As at the first correction: the file may be kept under another name by now."""
    former = (
        item.file_name
        for item in known
        if item.requeued_from == original.sha256 and item.corrects_rows
    )
    return next(former, requeued_name(original.file_name, reading.format))


def _rejects(path: Path) -> list[dict[str, Any]]:
    """The rows of a ``.rejects.jsonl``."""
    return [
        _reject(path, number, text)
        for number, text in enumerate(path.read_bytes().splitlines(), start=1)
        if text.strip()
    ]


def _rows(
    path: Path, rejects: list[dict[str, Any]], contract: Contract, sender: Sender | None
) -> bytes:
    """The rows as a file of the contract's format, which its sender could have sent."""
    if contract.format == "json":
        keys = _keys_of_number(sender)
        rows = [_order(item, keys) for item in rejects]
    else:
        contexts = {item["context"] for item in rejects}
        if len(contexts) != 1:
            raise UsageError(f"{path} needs the same header as `context` of every row.")
        rows = [*contexts, *(item["raw"] for item in rejects)]
        if sender and (sender.line_numbers or sender.repeat_when_blank):
            rows = _standing_alone(path, rows[0], rejects, sender)
    encoding = sender.encoding if sender else "utf-8"
    errors = "surrogatepass" if encoding == "utf-8" else "strict"
    try:
        return "".join(f"{row}\n" for row in rows).encode(encoding, errors)
    except UnicodeEncodeError as error:
        wrong = error.object[error.start : error.end]
        raise UsageError(
            f"{path} holds {wrong[:20]!r}, which its sender's encoding {encoding} has "
            "not. Write it otherwise."
        ) from error


def _standing_alone(
    path: Path, header: str, rejects: list[dict[str, Any]], sender: Sender
) -> list[str]:
    """Rows with what each had by its place: its number, and cells from above."""
    delimiter = sender.separator or max(",;", key=header.count)
    labels = [label.strip(BLANKS) for label in _cells(header, delimiter)]
    columns = [sender.columns.get(label, label) for label in labels]
    if sender.line_numbers and _NUMBER in columns:
        raise UsageError(
            f"The sender {sender.name} numbers rows by their position and sends a "
            f"column {_NUMBER} too: have the whole file sent again."
        )
    rows = [f"{header}{delimiter}{_NUMBER}" if sender.line_numbers else header]
    for number, item in enumerate(rejects, start=1):
        row, above = item["raw"], item.get("above") or {}
        cells = _cells(row, delimiter)
        filled = [
            cell if cell.strip(BLANKS) else above.get(column, cell)
            for column, cell in zip(columns, cells, strict=False)
        ]
        if filled != cells and len(filled) == len(cells):
            text = io.StringIO()
            csv.writer(text, delimiter=delimiter, lineterminator="").writerow(filled)
            row = text.getvalue()
        if sender.line_numbers:
            if not isinstance(item.get("position"), int):
                raise UsageError(
                    f"{path}, line {number}, needs `position`: the number of the row "
                    "in its order, one that no other row has, such as 1 more than the "
                    "order has rows."
                )
            row = f"{row}{delimiter}{item['position']}"
        rows.append(row)
    return rows


def _cells(row: str, delimiter: str) -> list[str]:
    """The cells of a row; none of one that cannot be parted into cells."""
    try:
        return next(csv.reader(io.StringIO(row, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


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


def _keys_of_number(sender: Sender | None) -> list[str]:
    """What a sender may call the number of a line."""
    renamed = sender.columns.items() if sender else ()
    return [_NUMBER, *(own for own, name in renamed if name == _NUMBER)]


def _unreadable(path: Path, number: int) -> UsageError:
    return UsageError(
        f"{path}, line {number}, is no refused row: each line is a JSON object with "
        "the text `raw`, which is what to correct, and `context`, as in quarantine."
    )
