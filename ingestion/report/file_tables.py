"""Tables of the files received, and of what was refused of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from ingestion.gate import ReceivedFile
from ingestion.report.rejects import Reject
from ingestion.report.tables import WORST_FIRST, Cell, Column, Table

_STATUS_OF_FILE = {"accepted": "passed", "partial": "warned", "quarantined": "failed"}


def files_table(files: Iterable[ReceivedFile]) -> Table:
    """Every file of the load history, refused ones first."""
    columns = (
        Column("status", "Status", "status"),
        Column("feed", "Feed"),
        Column("file_name", "File"),
        Column("rows_read", "Rows read", "number"),
        Column("rows_accepted", "Accepted", "number"),
        Column("rows_refused", "Refused", "number"),
        Column("why", "Why refused"),
        Column("first_error", "First error"),
        Column("sites", "Stores or warehouses"),
        Column("sha256", "sha256", "code"),
    )
    return Table(
        "files",
        "Files received",
        columns,
        sorted((_file(file) for file in files), key=_file_order),
        filters=("status", "feed"),
    )


def why_refused(file: ReceivedFile) -> str:
    """Why a file was refused whole, with its first refused row."""
    first = _first_error(file)
    said = file.reason_message or file.reason or "refused"
    return f"{said} First error: {first}" if first else said


def _first_error(file: ReceivedFile) -> str | None:
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


def _file(file: ReceivedFile) -> tuple[Cell, ...]:
    return (
        file.status,
        file.feed,
        file.file_name,
        file.rows_read,
        file.rows_accepted,
        file.rows_refused,
        file.reason_message or file.reason,
        _first_error(file),
        ", ".join(file.site_ids) or None,
        file.sha256[:12] if file.sha256 else None,
    )


def _file_order(row: Sequence[Cell]) -> tuple[int, list[str]]:
    status = _STATUS_OF_FILE.get(str(row[0]), "unknown")
    return WORST_FIRST.index(status), [str(row[1]), str(row[2]), str(row[9])]


def refusals_table(files: Iterable[ReceivedFile]) -> Table:
    """Rows refused by reason, the most first; an unreadable file has none."""
    rows: Counter[tuple[str, str]] = Counter()
    senders: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for file in files:
        is_partial = file.status == "partial" and file.rows_still_refused
        if file.status == "quarantined" or is_partial:
            for reason, count in file.refused_by_reason.items():
                rows[file.feed, reason] += count
                senders[file.feed, reason].add(file.file_name)
            if not file.refused_by_reason:
                rows[file.feed, str(file.reason)] += 0
                senders[file.feed, str(file.reason)].add(file.file_name)
    columns = (
        Column("reason", "Reason", "code"),
        Column("feed", "Feed"),
        Column("rows_refused", "Rows", "number"),
        Column("files", "Files", "number"),
    )
    found = [
        (reason, feed, count, len(senders[feed, reason]))
        for (feed, reason), count in rows.items()
    ]
    found.sort(key=lambda row: (-row[2], row[0], row[1]))
    return Table("refusals", "Refusals by reason", columns, found)


def refused_rows_table(rejects: Iterable[Reject]) -> Table:
    """Examples of refused rows, as they were received."""
    columns = (
        Column("reason", "Reason", "code"),
        Column("file_name", "File"),
        Column("line", "Line", "number"),
        Column("column", "Column", "code"),
        Column("value", "Value", "code"),
        Column("raw", "Row as received", "code"),
    )
    rows = [
        (one.reason, one.file_name, one.line, one.column, one.value, one.raw)
        for one in rejects
    ]
    return Table("refused_rows", "Refused rows, examples", columns, rows, ("reason",))
