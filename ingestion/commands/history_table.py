"""The load history for people."""

from __future__ import annotations

from collections import Counter
from datetime import date

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ingestion.gate.history.records import (
    FEEDS,
    ReceivedFile,
    rows_accepted,
    rows_refused,
)

_COLUMNS = ("file", "status", "read", "accepted", "refused", "first error", "why")


def print_history(business_date: date, history: list[ReceivedFile]) -> None:
    """Print one date as a table; not a terminal, it is as wide as it has to be."""
    console = Console(emoji=False)
    if not console.is_terminal:
        console = Console(width=200, emoji=False)
    table = Table(title=f"Received for {business_date}", title_justify="left")
    table.add_column("feed")
    for number, name in enumerate(_COLUMNS):
        is_count = 2 <= number <= 4
        table.add_column(
            name,
            justify="right" if is_count else "left",
            overflow="fold",
            no_wrap=is_count,
        )
    for received in history:
        table.add_row(received.feed, *_cells(received))
    console.print(table)
    for line in totals(history):
        console.print(escape(line))


def totals(history: list[ReceivedFile]) -> list[str]:
    """One line per feed: files by status, and rows."""
    return [
        _total(feed, [one for one in history if one.feed == feed]) for feed in FEEDS
    ]


def _total(feed: str, files: list[ReceivedFile]) -> str:
    statuses = Counter(received.status for received in files)
    parts = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    return (
        f"{feed}: {len(files)} files ({parts or 'none'}); "
        f"{rows_accepted(files)} rows accepted, {rows_refused(files)} refused"
    )


def _cells(received: ReceivedFile) -> tuple[str, ...]:
    line, column = received.first_error_line, received.first_error_column
    where = f"line {line}" if line else ""
    where += f", {column}" if line and column else ""
    reason = received.reason_message or received.first_error_reason or ""
    if received.rows_requeued:
        requeued = f"{received.rows_requeued} of these rows requeued"
        reason = "; ".join(filter(None, [reason, requeued]))
    broken = [f"{rule} {rows}x" for rule, rows in received.warned_by_rule.items()]
    if broken:
        reason = "; ".join(filter(None, [reason, f"warned: {', '.join(broken)}"]))
    return (
        escape(received.file_name),
        received.status,
        str(received.rows_read),
        str(received.rows_accepted),
        str(received.rows_refused),
        escape(where),
        escape(reason),
    )
