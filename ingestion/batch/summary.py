"""The summary of a date: for people as a short table, for programs as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingestion import gate
from ingestion.batch.outcome import DateOutcome
from ingestion.batch.window import BatchWindow
from ingestion.publication.published import exceptions_path, orders_folder
from ingestion.publication.version_files import Published

#: Misplaced files, and changes of master data, shown to people.
_SHOWN = 20

_LABELS = {
    "accepted": "accepted",
    "partial": "accepted in part",
    "quarantined": "refused",
    "duplicate": "duplicate",
    "superseded": "superseded",
    "late": "late",
}


def as_json(
    outcome: DateOutcome,
    window: BatchWindow,
    lake_root: str,
    log_path: str,
    misplaced: Sequence[str] = (),
) -> dict[str, Any]:
    """Everything the summary says, as plain JSON values; seconds, counts, UTC times.

    ``misplaced`` is what lies in the inbox where no run finds it, each with the cure.
    """
    published = outcome.published
    day = outcome.business_date
    return {
        "business_date": str(day),
        "exit_code": int(outcome.exit_code),
        "result": _result(outcome),
        "message": outcome.message,
        "version": published.version if published else outcome.version_before,
        "files": dict(Counter(file.status for file in outcome.received)),
        "rows_accepted": gate.rows_accepted(outcome.received),
        "rows_refused": gate.rows_refused(outcome.received),
        "misplaced_files": list(misplaced),
        "late_files": [file.file_name for file in gate.late_files(outcome.received)],
        **figures(published),
        "data_tests": len(outcome.build.tests) if outcome.build else None,
        "warnings": outcome.build.warnings if outcome.build else [],
        "replay": outcome.replay.summary() if outcome.replay else None,
        "master_data_changes": [change.text() for change in outcome.master_changes],
        "seconds": outcome.seconds,
        "window": _window(outcome, window),
        "places": {
            "orders": f"{lake_root}/{orders_folder(day)}",
            "exceptions": f"{lake_root}/{exceptions_path(day, 'csv')}",
            "quarantine": _quarantine(outcome, lake_root),
            "log": log_path,
        },
    }


def figures(published: Published | None) -> dict[str, Any]:
    """What a version holds, as the summary names it."""
    return {
        "skus": published.skus if published else None,
        "orders": published.orders if published else None,
        "orders_held": published.held if published else None,
        "orders_cancelled": published.cancelled if published else None,
        "order_lines": published.lines if published else None,
        "exceptions_by_code": published.exceptions_by_code if published else {},
    }


def _result(outcome: DateOutcome) -> str:
    if outcome.replay:
        return "replayed"
    if outcome.exit_code != 0:
        return "refused" if outcome.exit_code in (3, 4) else "failed"
    return "published" if outcome.published else "published before"


def _window(outcome: DateOutcome, window: BatchWindow) -> dict[str, Any]:
    end = outcome.ended_at or outcome.started_at
    concerns = window.concerns(outcome.started_at)
    return {
        "start": window.start.isoformat(),
        "deadline": window.deadline.isoformat(),
        "elapsed_share": round(window.elapsed_share(end), 4) if concerns else None,
        "deadline_missed": window.passes_deadline(end),
    }


def _quarantine(outcome: DateOutcome, lake_root: str) -> str | None:
    folders = {
        str(PurePosixPath(path).parent.parent.parent)
        for file in outcome.received
        if file.status in ("quarantined", "partial")
        for path in (file.quarantine_path, file.rejects_path)
        if path
    }
    return f"{lake_root}/{folders.pop()}" if folders else None


def print_summary(summary: dict[str, Any], console: Console) -> None:
    """Print one date's summary as a table of two columns."""
    table = Table(
        title=f"{summary['business_date']}: {_headline(summary)}",
        title_justify="left",
        show_header=False,
        box=None,
        pad_edge=False,
    )
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in _rows(summary):
        # Text is printed as it is: a folder may be called [/old] or :fire:.
        table.add_row(label, Text(text))
    console.print(table)
    console.print()


def _headline(summary: dict[str, Any]) -> str:
    if summary["version"] is None:
        return f"{summary['result']}, exit code {summary['exit_code']}"
    if summary["replay"]:
        return f"version {summary['version']} replayed: {summary['replay']['result']}"
    if summary["result"] == "published before":
        built = "plan orders" in summary["seconds"]
        done = "no byte of it changes" if built else "nothing recomputed"
        return f"version {summary['version']} was published before; {done}"
    return f"version {summary['version']} published"


def _rows(summary: dict[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    if summary["files"]:
        files = [f"{n} {_LABELS[s]}" for s, n in sorted(summary["files"].items())]
        rows.append(("files", ", ".join(files)))
        accepted, refused = summary["rows_accepted"], summary["rows_refused"]
        rows.append(("rows", f"{accepted:,} accepted, {refused:,} refused"))
    if summary["orders"] is not None:
        rows.append(("SKUs planned", f"{summary['skus']:,}"))
        held = f"{summary['orders']:,}, of them {summary['orders_held']:,} held"
        rows.append(("orders", held + _cancelled(summary)))
        rows.append(("order lines", f"{summary['order_lines']:,}"))
        codes = sorted(summary["exceptions_by_code"].items())
        rows += _listed("exceptions", [f"{n:>7,}  {code}" for code, n in codes])
    if summary["late_files"]:
        names = ", ".join(summary["late_files"])
        rows.append(("late files", f"{names}: --include-late counts them"))
    rows += _listed("misplaced files", _first_of(summary["misplaced_files"]))
    rows += _listed("master data", _first_of(summary["master_data_changes"]))
    if summary["warnings"]:
        rows.append(("warnings", ", ".join(summary["warnings"])))
    if summary["seconds"]:
        stages = [f"{name} {took:.1f}" for name, took in summary["seconds"].items()]
        rows.append(("seconds", ", ".join(stages)))
    rows.append(("window", _window_text(summary["window"])))
    places = summary["places"]
    if summary["version"] is not None:
        rows.append(("orders in", places["orders"]))
        rows.append(("exceptions in", places["exceptions"]))
    if places["quarantine"]:
        rows.append(("quarantine in", places["quarantine"]))
    if places.get("report"):
        rows.append(("quality page", places["report"]))
    rows.append(("log", places["log"]))
    return rows


def _cancelled(summary: dict[str, Any]) -> str:
    cancelled = summary["orders_cancelled"]
    return f"; {cancelled:,} of the former version cancelled" if cancelled else ""


def _listed(label: str, texts: list[str]) -> list[tuple[str, str]]:
    """Rows with the label beside the first of them."""
    return [("" if number else label, text) for number, text in enumerate(texts)]


def _first_of(texts: list[str]) -> list[str]:
    more = len(texts) - _SHOWN
    said = [f"and {more:,} more; --json has them all"] if more > 0 else []
    return [*texts[:_SHOWN], *said]


def _window_text(window: dict[str, Any]) -> str:
    span = f"{window['start'][:16]} to {window['deadline'][:16]}"
    share = window["elapsed_share"]
    if share is None:
        return f"{span}, not tonight's"
    if window["deadline_missed"]:
        return f"{span}, DEADLINE MISSED: {share:.0%} of the window elapsed"
    return f"{span}, {share:.0%} elapsed"
