"""Writing the report of a date when its run has ended, whatever it has come to."""

from __future__ import annotations

import json
import os
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingestion.batch.outcome import DateOutcome
from ingestion.config import Settings
from ingestion.errors import ExitCode, ProcurementError
from ingestion.lake import Lake
from ingestion.report.alerts import alerts_of, run_alert_command, write_alerts
from ingestion.report.contents import tables_of
from ingestion.report.copies import write_csv_files, write_workbook
from ingestion.report.facts import Facts, gather, without_lake
from ingestion.report.headline import headline
from ingestion.report.index import SUMMARY, write_index
from ingestion.report.quality_page import quality_page
from ingestion.report.writing import write_text

PAGE = "quality.html"
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

    A date that was published before keeps its page. Never raises for what can go
    wrong with a report: a night does not fail for it.

    Args:
        settings: where reports go.
        lake: what the run has left.
        outcome: of the run of one date.
        summary: of the date, as it is printed with ``--json``.
    """
    folder = settings.reports / str(outcome.business_date)
    page = folder / PAGE
    if outcome.exit_code in _NOT_REPORTED:
        return Reported()
    is_news = outcome.exit_code != ExitCode.OK or outcome.published is not None
    if page.exists() and not is_news:
        return Reported(page)
    command = os.environ.get("ALERT_COMMAND") if is_news else None
    try:
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
    write_text(folder / SUMMARY, json.dumps(figures, indent=1) + "\n")
    write_text(folder / PAGE, quality_page(facts, tables, figures))
    write_index(folder.parent)
    if alert_command and alert_command.strip() and alerts:
        return run_alert_command(alert_command, folder, facts, alerts)
    return None
