"""Examples of refused rows, read from the beginning of the files in quarantine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ingestion.gate import ReceivedFile
from ingestion.lake import Lake

#: Rows read of one file, and of all files together: a report is written every night,
#: and what a sender has spoilt once is spoilt alike in the rest of its file.
_ROWS_OF_A_FILE = 200
_ROWS_OF_A_NIGHT = 5_000
_EXAMPLES = 5
_LONGEST_LINE = 65_536


@dataclass(frozen=True)
class Reject:
    """One refused row, as the gate has written it into quarantine.

    Attributes:
        line: of the file as received, from 1.
        raw: the row as it was, cut to what a page can show.
    """

    feed: str
    file_name: str
    line: int | None
    reason: str
    column: str | None
    value: str | None
    raw: str


def read_rejects(lake: Lake, files: Iterable[ReceivedFile]) -> list[Reject]:
    """Up to five rows of each file and reason, in the order of files and lines.

    A file that cannot be read has no examples, which is no reason to have no report.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    examples = []
    for reject in islice(_rejects(lake, files), _ROWS_OF_A_NIGHT):
        key = (reject.feed, reject.file_name, reject.reason)
        seen[key] += 1
        if seen[key] <= _EXAMPLES:
            examples.append(reject)
    return examples


def _rejects(lake: Lake, files: Iterable[ReceivedFile]) -> Iterator[Reject]:
    for file in files:
        is_refused = file.status in ("partial", "quarantined")
        if file.rejects_path and is_refused and file.rows_still_refused:
            for row in islice(_lines(lake, file.rejects_path), _ROWS_OF_A_FILE):
                yield Reject(
                    feed=file.feed,
                    file_name=file.file_name,
                    line=row.get("line"),
                    reason=str(row.get("reason")),
                    column=row.get("column"),
                    value=row.get("value"),
                    raw=_cut(str(row.get("raw") or ""), 300),
                )


def _lines(lake: Lake, path: str) -> Iterator[dict[str, Any]]:
    try:
        with lake.reader(path) as stream:
            while line := stream.readline(_LONGEST_LINE):
                yield json.loads(line)
    except (OSError, ValueError):
        return


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]} …"


def why_refused(file: ReceivedFile) -> str:
    """Why a file was refused whole, with its first refused row."""
    first = first_error(file)
    said = file.reason_message or file.reason or "refused"
    return f"{said} First error: {first}" if first else said


def first_error(file: ReceivedFile) -> str | None:
    """Where the first refused row stands, and what is wrong there; None without one."""
    if file.first_error_line is None:
        return None
    parts = [f"line {file.first_error_line}"]
    if file.first_error_column:
        parts.append(f"column {file.first_error_column}")
    if file.first_error_value:
        parts.append(f"value {file.first_error_value}")
    reason = f" ({file.first_error_reason})" if file.first_error_reason else ""
    return ", ".join(parts) + reason
