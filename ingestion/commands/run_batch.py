"""The whole run: dates in order, what is said about them, and the exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from rich.console import Console

from ingestion.batch.durations import Estimate, last_duration, remember_duration
from ingestion.batch.window import BatchWindow
from ingestion.commands.choice import chosen, describe
from ingestion.commands.options import Options, parse_options
from ingestion.date_run.run_folder import (
    RunFolder,
    is_set_back,
    latest_start,
    make_run_folder,
)
from ingestion.date_run.run_log import RunLog, open_run_log
from ingestion.errors import ExitCode, ProcurementError
from ingestion.gate import misplaced, require_inbox

#: After these a window of dates goes on: the next date may well be complete.
_WINDOW_GOES_ON = (
    ExitCode.OK,
    ExitCode.REFUSED,
    ExitCode.DATA_TEST_FAILED,
    ExitCode.REPLAY_DIFFERS,
)

#: Misplaced files named on stderr; the summary's JSON has them all.
_SHOWN = 20

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]


class _Report(Console):
    """Where the summary goes; whoever reads it may stop, and the dates go on."""

    def on_broken_pipe(self) -> None:
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _utc_now() -> datetime:
    return datetime.now(timezone.utc)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def main(
    arguments: Sequence[str] | None = None,
    clock: Clock = _utc_now,
    sleep: Sleep = time.sleep,
) -> int:
    """Run the batch and return its exit code; says everything itself."""
    # A scheduler that stops the run gets the same answer as a person's Ctrl-C.
    with suppress(ValueError):  # a signal is for the main thread to handle
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        options = parse_options(arguments, clock())
        return _run(options, clock, sleep)
    except ProcurementError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain(
            "Interrupted. Nothing half-done is published; run again to complete: "
            "dates that are published are passed over."
        )
        return ExitCode.FAILED


def _run(options: Options, clock: Clock, sleep: Sleep) -> int:
    settings = options.settings
    console = _Report(highlight=False)
    if not console.is_terminal:
        console.width = 120  # paths in a file should not be folded at 80
    options, notes = chosen(options, clock())
    if not options.as_json:
        # First of all: a run without --date chose it by the clock.
        console.print(describe(options))
    for note in notes:
        _complain(note)
    lost: list[str] = []
    if not options.rerun.replay:
        require_inbox(settings.inbox)
        lost = misplaced(settings.inbox)
        _complain(_of_misplaced(lost))
    _warn_of_clock(latest_start(settings.state), clock())
    run = make_run_folder(settings.state, clock())
    with open_run_log(run.log, clock) as log:
        log.event("run_started", run_id=run.run_id, target=settings.target)
        with suppress(OSError):  # as with the log, whose events are lost then
            run.write("request.json", _request(options))
        summaries: list[dict[str, Any]] = []
        exit_code = int(ExitCode.FAILED)
        try:
            _run_dates(options, run, clock, sleep, log, console, summaries, lost)
            exit_code = next((s["exit_code"] for s in summaries if s["exit_code"]), 0)
        except KeyboardInterrupt:
            log.event("interrupted")
            raise
        except ProcurementError as error:
            exit_code = int(error.exit_code)
            raise
        except Exception:
            log.event("defect", traceback=traceback.format_exc())
            raise ProcurementError(
                "The run stopped at a defect of the project; nothing half-done is "
                f"published. What happened stands in {run.log}."
            ) from None
        finally:
            ended = {"run_id": run.run_id, "exit_code": exit_code, "dates": summaries}
            with suppress(OSError):  # as with the log: the dates are what they are
                run.write("summary.json", ended)
    if options.as_json:
        print(json.dumps(ended, ensure_ascii=False))  # noqa: T201
    return exit_code


def _run_dates(
    options: Options,
    run: RunFolder,
    clock: Clock,
    sleep: Sleep,
    log: RunLog,
    console: Console,
    summaries: list[dict[str, Any]],
    lost: list[str],
) -> None:
    # Not before a date is chosen and checked: wrong usage is answered at once.
    from ingestion.batch.batch_run import run_date
    from ingestion.batch.summary import as_json, print_summary
    from ingestion.contracts.landed_columns import check_landed_columns
    from ingestion.date_run.progress import Progress
    from ingestion.date_run.run_context import RunContext
    from ingestion.date_run.waiting import FeedWait
    from ingestion.lake import open_lake
    from ingestion.report.reporting import report_date

    settings = options.settings
    lake = open_lake(settings.lake)
    progress = Progress(visible=not options.as_json)
    estimate = Estimate(len(options.dates))
    feed_wait = FeedWait(
        settings,
        options.wait_until,
        clock,
        sleep,
        for_warehouses=not options.variables.allow_missing_warehouses,
    )
    with RunContext(
        settings, lake, options.variables, run, clock, log, progress, feed_wait,
        options.rerun, options.resume,
    ) as context:  # fmt: skip
        check_landed_columns(lake, settings.state)
        for business_date in options.dates:
            window = BatchWindow.of(business_date, settings.timezone)
            _complain(window.foreseen_miss(clock(), last_duration(settings.state)))
            with progress.of_date():
                outcome = run_date(context, business_date)
            # Before the report, which may wait for the same service once more.
            _complain(outcome.message)
            summary = as_json(outcome, window, lake.root, str(run.log), lost)
            reported = report_date(settings, lake, outcome, summary)
            summary["places"]["report"] = reported.page and str(reported.page)
            log.event("summary", **summary)
            summaries.append(summary)
            if reported.problem:
                log.event(
                    "report", problem=reported.problem, traceback=reported.traceback
                )
            # What stopped the date, a full disk say, may well have stopped its page.
            if not outcome.message:
                _complain(reported.problem)
            if not outcome.message and outcome.published:
                remember_duration(settings.state, outcome.seconds)
            if options.due and outcome.found_nothing:
                # Nothing came in: that is said; by day, tonight is still to come.
                today = clock().astimezone(settings.timezone).date()
                _complain(BatchWindow.of(today, settings.timezone).opening(clock()))
            elif outcome.published or outcome.message:
                _complain(window.miss(outcome.started_at, clock()))
            if not options.as_json:
                print_summary(summary, console)
            if said := estimate.after(outcome.seconds):
                progress.say(said)
            if outcome.exit_code not in _WINDOW_GOES_ON:
                break


def _request(options: Options) -> dict[str, Any]:
    """What a later ``--resume`` has to know of this run."""
    return {
        "dates": [str(day) for day in options.dates],
        "lake": options.settings.lake,
        "target": options.settings.target,
        "vars": options.vars_text,
    }


def _of_misplaced(lost: Sequence[str]) -> str | None:
    """What lies in the inbox where no run of any date finds it."""
    if not lost:
        return None
    more = [f"and {len(lost) - _SHOWN:,} more"] if len(lost) > _SHOWN else []
    said = f"Files of the inbox that no date receives ({len(lost):,}):"
    return "\n  ".join([said, *lost[:_SHOWN], *more])


def _warn_of_clock(latest: datetime | None, now: datetime) -> None:
    if latest is not None and is_set_back(now, latest):
        _complain(
            f"The clock shows {now:%Y-%m-%d %H:%M} UTC, and an earlier run began at "
            f"{latest:%Y-%m-%d %H:%M}: it was set back, or was wrong then. Orders do "
            "not depend on it, but the date that is chosen without --date does."
        )


def _complain(message: str | None) -> None:
    if message:
        print(f"run_batch.py: {message}", file=sys.stderr)  # noqa: T201
