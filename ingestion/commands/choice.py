"""Which dates a run is for, when they are not on the command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from ingestion.batch.due import due_dates
from ingestion.batch.window import BatchWindow
from ingestion.commands.options import Options
from ingestion.date_run.run_folder import RunFolder, former_runs
from ingestion.date_run.run_log import describe_dates
from ingestion.lake import open_lake
from ingestion.locking.files import place_digits
from ingestion.planning.rule_variables import load_rule_variables

#: Dates that a line can name one by one.
_FEW = 7


def chosen(options: Options, now: datetime) -> tuple[Options, list[str]]:
    """The options with the dates to run, and what has to be said about the choice."""
    if options.due:
        return _due(options, now)
    if options.resume_last:
        return _resumed(options)
    return options, []


def describe(options: Options) -> str:
    """The dates chosen, for people."""
    if options.due:
        if not options.dates:
            return "Business dates due: none"
        return f"Business dates due: {_listed(options.dates)}"
    return f"Business date {describe_dates(options.dates)}"


def _due(options: Options, now: datetime) -> tuple[Options, list[str]]:
    settings = options.settings
    found = due_dates(
        open_lake(settings.lake),
        settings.inbox,
        now,
        settings.timezone,
        options.due_from,
    )
    notes = []
    if found.without_files:
        notes.append(
            "No file was ever dropped for "
            f"{_listed(found.without_files)}: not run, and not published."
        )
    today = BatchWindow.of(now.astimezone(settings.timezone).date(), settings.timezone)
    if not found.dates and (opening := today.opening(now)):
        notes.append(opening)
    return replace(options, dates=found.dates), notes


def _resumed(options: Options) -> tuple[Options, list[str]]:
    run = _latest_of(options)
    if run is None or run.has_succeeded:
        return options, ["There is no unfinished run to resume; this is a new one."]
    request = run.request
    given = options.vars_text or request["vars"]
    resumed = replace(
        options,
        dates=[date.fromisoformat(day) for day in request["dates"]],
        variables=load_rule_variables(given),
        vars_text=given,
    )
    return resumed, [f"Resuming the run {run.run_id}."]


def _latest_of(options: Options) -> RunFolder | None:
    """The latest run on the same lake and engine that had dates to run."""
    settings = options.settings
    wanted = (place_digits(settings.lake), settings.target)
    for run in former_runs(settings.state):
        asked = run.request
        if asked.get("dates") and wanted == (
            place_digits(asked["lake"]),
            asked["target"],
        ):
            return run
    return None


def _listed(dates: list[date]) -> str:
    if len(dates) <= _FEW:
        return ", ".join(map(str, dates))
    return f"{dates[0]} to {dates[-1]} ({len(dates)} dates)"
