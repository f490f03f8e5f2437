"""One business date of the batch, from its hold to its outcome."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import date

from ingestion.batch.outcome import DateOutcome
from ingestion.date_run.date_run import DateRun
from ingestion.date_run.first_version import publish_first_version
from ingestion.date_run.run_context import RunContext
from ingestion.errors import (
    DateLockedError,
    ExitCode,
    ProcurementError,
    ReplayDiffersError,
    ServiceUnavailableError,
)
from ingestion.lake import Lake
from ingestion.planning.dbt_build import TestsFailedError
from ingestion.planning.exports import clear_exports
from ingestion.publication.change_journal import (
    dates_in_change,
    hold_settled_date,
    is_behind,
)
from ingestion.publication.published import published_version
from ingestion.replay.next_version import renew
from ingestion.replay.published_date import Replay, replay_published


def run_date(context: RunContext, business_date: date) -> DateOutcome:
    """Order for one date; whatever goes wrong is in the outcome, not raised."""
    outcome = DateOutcome(business_date, context.clock())
    outcome.is_replay = context.rerun.replay
    context.log.event("date_started", business_date=business_date)
    try:
        with _hold(context, business_date) as demand_hold:
            _order(DateRun(context, business_date, demand_hold), outcome)
    except ProcurementError as error:
        outcome.exit_code = error.exit_code
        outcome.message = str(error)
        if isinstance(error, TestsFailedError):
            outcome.build = error.build
    except OSError as error:
        outcome.exit_code = ExitCode.FAILED
        outcome.message = (
            f"{business_date} stopped at a file: {error}. Nothing was published; "
            "run again when the cause is gone."
        )
    _clear_trial(context.lake, outcome)
    outcome.ended_at = context.clock()
    context.log.event(
        "date_ended",
        business_date=business_date,
        exit_code=int(outcome.exit_code),
        message=outcome.message,
        seconds=outcome.seconds,
    )
    return outcome


def _hold(
    context: RunContext, business_date: date
) -> AbstractContextManager[Callable[[], None]]:
    state, lake, now = context.settings.state, context.lake, context.clock()
    return hold_settled_date(state, lake, business_date, context.run_id, now)


def _order(run: DateRun, outcome: DateOutcome) -> None:
    """Do with a date what was asked for, which is nothing once it is published."""
    _settle_others(run.context)
    version = published_version(run.lake, run.business_date)
    outcome.version_before = version
    try:
        if version is None:
            outcome.published = publish_first_version(run)
        elif run.rerun.replay:
            outcome.replay = _replay(run, version)
        else:
            if is_behind(run.lake, run.business_date):
                _repair(run, version)
            outcome.published = renew(run, version)
    finally:
        outcome.master_changes = run.master_changes
        outcome.seconds, outcome.build = run.seconds, run.build
        outcome.received = run.received
        outcome.found_nothing = version is None and not run.received
    if outcome.replay and not outcome.replay.is_identical:
        raise ReplayDiffersError(f"{run.business_date}: {outcome.replay.text()}")


def _settle_others(context: RunContext) -> None:
    """Settle what killed runs left of changing other dates: this one looks back.

    Not a date whose run is at work.
    """
    for other in dates_in_change(context.lake):
        with suppress(DateLockedError), _hold(context, other):
            pass  # holding a date settles it


def _replay(run: DateRun, version: int) -> Replay:
    replay = replay_published(run, version)
    run.context.log.event("replayed", **replay.summary())
    return replay


def _repair(run: DateRun, version: int) -> None:
    """Have the tables hold what a run published that was killed right after."""
    if not _replay(run, version).is_identical:
        run.context.progress.say(
            f"{run.business_date}: the tables may not hold version {version}, "
            "and it is not to be rebuilt: --replay says why."
        )


def _clear_trial(lake: Lake, outcome: DateOutcome) -> None:
    """Leave no export of what was built for a question, or came to nothing."""
    was_tried = outcome.is_replay or outcome.version_before is not None
    if was_tried and "plan orders" in outcome.seconds and not outcome.published:
        # What is left of a lake that does not answer the next build removes.
        with suppress(OSError, ServiceUnavailableError):
            clear_exports(lake, outcome.business_date)
