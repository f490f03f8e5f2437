"""Verdicts on files for people, as ``validate`` and ``contracts --sender`` say them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from ingestion.errors import ExitCode

if TYPE_CHECKING:
    from ingestion.gate.preview import Preview

_MOST_NAMES = 20


def exit_code(report: Preview) -> ExitCode:
    """What a command ends with for this file alone."""
    if report.problem:
        return ExitCode.FAILED if report.path.is_file() else ExitCode.USAGE
    return ExitCode.REFUSED if report.verdict.reason else ExitCode.OK


def lines(report: Preview) -> list[str]:
    """What became of a file, why, and what to do about it."""
    if report.problem:
        return [report.problem]
    verdict = report.verdict
    rows = [
        f"{report.path} ({report.feed}): {verdict.rows_read} rows read, "
        f"{verdict.rows_accepted} accepted, {verdict.rows_refused} refused",
        *(f"  line {one.line}: {one.reason}: {one.message}" for one in report.rejects),
    ]
    more = sum(verdict.refused_by_reason.values()) - len(report.rejects)
    more -= verdict.refused_by_reason.get("file-refused", 0)
    if more > 0:
        rows.append(f"  and {more} more refused rows")
    if verdict.reason:
        rows.append(f"  refused whole: {verdict.reason}: {verdict.reason_message}")
    names = ", ".join(verdict.unknown_names[:_MOST_NAMES])
    notes = {
        f"passed over: {names}": verdict.unknown_fields,
        f"{verdict.unreadable_prices} prices cannot be read and count as absent":
            verdict.unreadable_prices,
        f"{verdict.rows_left_out} rows are left out, as their sender declares":
            verdict.rows_left_out,
        "the last line has no line end: the file may have been cut off":
            verdict.is_unterminated,
    }  # fmt: skip
    found = [note for note, holds in notes.items() if holds]
    return [*rows, *(f"  {note}" for note in (*found, *verdict.notes))]


def table(reports: Iterable[Preview]) -> list[str]:
    """One line per file, as wide as it has to be."""
    rows: list[tuple[str, ...]] = [
        ("file", "feed", "read", "accepted", "refused", "outcome")
    ]
    for report in reports:
        verdict = report.verdict
        counts = (verdict.rows_read, verdict.rows_accepted, verdict.rows_refused)
        outcome = "partial" if verdict.rows_refused else "accepted"
        if verdict.reason:
            outcome = f"refused: {verdict.reason}"
        if report.problem:
            outcome = "not read"
        rows.append((str(report.path), report.feed, *map(str, counts), outcome))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if 2 <= place <= 4 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def say(text: str, stream: TextIO | None = None) -> None:
    """Print; a name or a cell may hold what the terminal's encoding cannot show."""
    stream = stream or sys.stdout
    encoding = stream.encoding or "utf-8"
    shown = text.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(f"{shown}\n")
