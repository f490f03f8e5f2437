"""Writing the report of a date when its run has ended, whatever it has come to."""

from __future__ import annotations

import json
import os
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.batch.outcome import DateOutcome
from ingestion.batch.window import BatchWindow
from ingestion.config import Settings
from ingestion.errors import ExitCode, ProcurementError
from ingestion.lake import Lake, LocalLake, write_file
from ingestion.report.alerts import alerts_of, run_alert_command, write_alerts
from ingestion.report.contents import tables_of
from ingestion.report.copies import WORKBOOK, write_csv_files, write_workbook
from ingestion.report.facts import Facts, gather, without_lake
from ingestion.report.headline import headline
from ingestion.report.index import INDEX, SUMMARY, read_summary, write_index
from ingestion.report.quality_page import quality_page

PAGE = "quality.html"
#: Beside the page, everything of a date that a run leaves.
_COPIES = (WORKBOOK, SUMMARY, "alerts.json", "alerts.txt", "csv")
#: Another run holds the date and writes its report, or nothing was run at all.
_NOT_REPORTED = (ExitCode.DATE_LOCKED, ExitCode.USAGE)


@dataclass(frozen=True)
class Reported:
    """What came of a report.

    Attributes:
        page: where it is, None when there is none.
        problem: what went wrong, for people; the orders are published all the same.
        traceback: of what nobody has foreseen, for the log.
    """

    page: Path | None = None
    problem: str | None = None
    traceback: str | None = None


def report_date(
    settings: Settings, lake: Lake, outcome: DateOutcome, summary: dict[str, Any]
) -> Reported:
    """Write the page of a date with its copies and alerts, and the index.

    A question leaves no trace: what a replay found, and that there is nothing of a date
    which somebody typed. A date that was published before keeps its page until a file
    comes late, the page is gone, or it tells of a next version that was refused. Never
    raises for what can go wrong with a report: a run does not fail for it.

    Args:
        settings: where reports go.
        lake: what the run has left.
        outcome: of the run of one date.
        summary: of the date, as it is printed with ``--json``.
    """
    folder = settings.reports / str(outcome.business_date)
    page = folder / PAGE
    if outcome.exit_code in _NOT_REPORTED or _is_question(settings, outcome):
        return Reported()
    is_event = outcome.exit_code != ExitCode.OK or outcome.published is not None
    command = os.environ.get("ALERT_COMMAND") if is_event else None
    try:
        if not is_event and _is_told(folder, outcome):
            if not (settings.reports / INDEX).exists():
                write_index(settings.reports)
            return Reported(page)
        facts, problem = _gathered(lake, outcome, summary)
        problem = _write(folder, facts, command) or problem
    except Exception as error:
        # Whatever it is, a defect of the project too: the orders are published.
        return Reported(
            problem=f"The quality report {folder} could not be written: "
            f"{type(error).__name__}: {error}",
            traceback=traceback.format_exc(),
        )
    return Reported(page, problem)


def _is_question(settings: Settings, outcome: DateOutcome) -> bool:
    """Whether nothing has happened to the date, and nothing should have by now."""
    if outcome.published is not None:
        return False
    if outcome.is_replay:
        return True
    # That nothing at all came in must be told of the night that is.
    window = BatchWindow.of(outcome.business_date, settings.timezone)
    is_tonight = window.concerns(outcome.started_at)
    return outcome.found_nothing and not is_tonight


def _is_told(folder: Path, outcome: DateOutcome) -> bool:
    """Whether the report of a published date is whole, and of all its files.

    One of a next version that was refused tells of what came to nothing.
    """
    figures = read_summary(folder)
    return (
        all((folder / name).exists() for name in (PAGE, *_COPIES))
        and figures is not None
        and figures["exit_code"] == ExitCode.OK
        and figures["files"] == len(outcome.received)
    )


def _gathered(
    lake: Lake, outcome: DateOutcome, summary: dict[str, Any]
) -> tuple[Facts, str | None]:
    """The facts; those of the run alone where the lake is what has failed it."""
    try:
        return gather(lake, outcome, summary), None
    except (OSError, ProcurementError) as error:
        problem = f"The quality report lacks what the lake holds: {error}"
        return without_lake(outcome, summary), problem


def _write(folder: Path, facts: Facts, alert_command: str | None) -> str | None:
    """Everything of one date; the page last, the index after it."""
    tables, figures, alerts = tables_of(facts), headline(facts), alerts_of(facts)
    write_csv_files(folder, tables)
    write_workbook(folder, tables)
    write_alerts(folder, facts, alerts)
    write_file(
        LocalLake(folder), SUMMARY, f"{json.dumps(figures, indent=1)}\n".encode()
    )
    write_file(LocalLake(folder), PAGE, quality_page(facts, tables, figures).encode())
    write_index(folder.parent)
    if alert_command and alert_command.strip() and alerts:
        return run_alert_command(alert_command, folder, facts, alerts)
    return None
