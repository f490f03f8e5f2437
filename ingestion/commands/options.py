"""The command line of run_batch.py: which dates, on what, by which rules."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from ingestion.config import TARGETS, Settings, load_settings
from ingestion.date_run.rerun import Rerun
from ingestion.dates import business_date_at, days_from, parse_business_date
from ingestion.errors import UsageError
from ingestion.planning.rule_variables import RuleVariables, load_rule_variables
from ingestion.postgres import check_environment

_DESCRIPTION = """\
Land the evening's files, plan the orders of each business date, publish them.
"""
_EPILOG = """\
exit codes: 0 published, or published before, or replayed and identical; 1 unexpected
failure or a service that does not answer; 2 wrong usage or configuration; 3 refused:
inputs or master data missing; 4 refused: a data test failed; 5 another run holds the
date; 6 a replay differs from what was published.
"""


@dataclass(frozen=True)
class Options:
    """What one call of run_batch.py asks for.

    Attributes:
        dates: to run, in order; with ``due`` and ``resume_last`` not known yet.
        due: run the dates that are due, none before ``due_from``.
        resume: go on after the last stage that a former run finished.
        resume_last: resume the dates of the latest run that did not succeed.
        wait_until: time of each date's evening until which to wait for files.
        vars_text: the rule variables as given, to be given again.
    """

    dates: list[date]
    settings: Settings
    variables: RuleVariables
    as_json: bool
    rerun: Rerun = field(default_factory=Rerun)
    due: bool = False
    due_from: date | None = None
    resume: bool = False
    resume_last: bool = False
    wait_until: time | None = None
    vars_text: str | None = None


def parse_options(arguments: Sequence[str] | None, now: datetime) -> Options:
    """Read the command line.

    Raises:
        UsageError: options that contradict each other or have wrong values.
        SystemExit: 2 for unknown options, 0 after --help.
    """
    given = _parser().parse_args(arguments)
    settings = load_settings(inbox=given.inbox, lake=given.lake, target=given.target)
    rerun = _rerun(given)
    if not rerun.replay:
        check_environment(settings.target)
    tonight = business_date_at(now, settings.timezone)
    is_dated = given.date is not None or given.first is not None
    return Options(
        dates=[] if given.due else _dates(given, tonight),
        settings=settings,
        variables=load_rule_variables(given.vars),
        as_json=given.json,
        rerun=rerun,
        due=given.due,
        due_from=_due_from(given),
        resume=given.resume,
        resume_last=given.resume and not is_dated and not given.due,
        wait_until=None if given.wait_until is None else _time(given.wait_until),
        vars_text=given.vars,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run_batch.py",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--date", metavar="D", help="one business date, YYYY-MM-DD")
    add("--from", dest="first", metavar="D", help="first date of a window of dates")
    add("--to", dest="last", metavar="D", help="last date of the window")
    add("--due", action="store_true",
        help="every date with files whose window has opened and that is not published, "
        "oldest first; with --from, none before it")  # fmt: skip
    add("--resume", action="store_true",
        help="go on after the last stage that a run finished which did not succeed; "
        "without a date, on the dates and --vars of the latest such run")  # fmt: skip
    add("--wait-until", metavar="HH:MM",
        help="wait so long in a date's evening for stores and warehouses whose files "
        "have not come; then run without them")  # fmt: skip
    add("--target", choices=TARGETS, help="engine (default: embedded)")
    add("--inbox", metavar="DIR", help="where files are dropped (PROCUREMENT_INBOX)")
    add("--lake", metavar="PATH_OR_URL", help="the lake (PROCUREMENT_LAKE)")
    add("--vars", metavar="YAML", help="rule variables: '{net_open_orders: true}'")
    add("--replay", action="store_true",
        help="rebuild published dates from the lake alone, compare every byte, and "
        "change nothing")  # fmt: skip
    add(
        "--include-late",
        action="store_true",
        help="publish a new version that counts the files that came late",
    )
    add(
        "--refresh-master",
        action="store_true",
        help="publish a new version by the master data of now, if they differ",
    )
    add("--json", action="store_true", help="print the summary as JSON")
    return parser


def _rerun(given: argparse.Namespace) -> Rerun:
    if given.replay and (given.include_late or given.refresh_master):
        raise UsageError(
            "--replay changes nothing, --include-late and --refresh-master do: give "
            "one or the other."
        )
    return Rerun(given.replay, given.include_late, given.refresh_master)


def _dates(given: argparse.Namespace, tonight: date) -> list[date]:
    if given.date is not None and (given.first is not None or given.last is not None):
        raise UsageError("Give --date, or --from and --to, not both.")
    if (given.first is None) != (given.last is None):
        raise UsageError("A window of dates needs both --from and --to.")
    if given.first is not None:
        first, last = map(parse_business_date, (given.first, given.last))
        return list(days_from(first, last))
    return [tonight if given.date is None else parse_business_date(given.date)]


def _due_from(given: argparse.Namespace) -> date | None:
    if not given.due:
        return None
    if given.date is not None or given.last is not None:
        raise UsageError("--due finds the dates itself: give --from at most.")
    return None if given.first is None else parse_business_date(given.first)


def _time(text: str) -> time:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise UsageError(
            f"--wait-until {text!r} is not a time. Write it as HH:MM, such as 23:00."
        )
    return time.fromisoformat(text)
