"""The whole run: dates in order, what is said about them, and the exit code."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from rich.console import Console

from ingestion.batch.durations import last_duration, remember_duration
from ingestion.batch.options import Options, parse_options
from ingestion.batch.run_log import (
    RunLog,
    describe_dates,
    new_run_id,
    open_run_log,
    run_log_path,
)
from ingestion.batch.window import BatchWindow
from ingestion.errors import ExitCode, ProcurementError
from ingestion.gate import require_inbox

#: After these a window of dates goes on: the next date may well be complete.
_WINDOW_GOES_ON = (ExitCode.OK, ExitCode.REFUSED, ExitCode.DATA_TEST_FAILED)


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
    clock: Callable[[], datetime] = _utc_now,
) -> int:
    """Run the batch and return its exit code; says everything itself."""
    # A scheduler that stops the run gets the same answer as a person's Ctrl-C.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        options = parse_options(arguments, clock())
        return _run(options, clock)
    except ProcurementError as error:
        print(f"run_batch.py: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    except KeyboardInterrupt:
        print(  # noqa: T201
            "run_batch.py: Interrupted. Nothing half-done is published; run again to "
            "complete.",
            file=sys.stderr,
        )
        return ExitCode.FAILED


def _run(options: Options, clock: Callable[[], datetime]) -> int:
    settings = options.settings
    run_id = new_run_id(clock())
    console = _Report(highlight=False)
    if not console.is_terminal:
        console.width = 120  # paths in a file should not be folded at 80
    if not options.as_json:
        # First of all: a run without --date chose it by the clock.
        console.print(f"Business date {describe_dates(options.dates)}")
    require_inbox(settings.inbox)
    with open_run_log(settings.state, run_id, clock) as log:
        log.event("run_started", run_id=run_id, target=settings.target)
        try:
            summaries = _run_dates(options, run_id, clock, log, console)
        except KeyboardInterrupt:
            log.event("interrupted")
            raise
        except ProcurementError:
            raise
        except Exception:
            log.event("defect", traceback=traceback.format_exc())
            raise ProcurementError(
                "The run stopped at a defect of the project; nothing half-done is "
                "published. What happened stands in "
                f"{run_log_path(settings.state, run_id)}."
            ) from None
    exit_code = next((s["exit_code"] for s in summaries if s["exit_code"]), 0)
    if options.as_json:
        document = {"run_id": run_id, "exit_code": exit_code, "dates": summaries}
        print(json.dumps(document, ensure_ascii=False))  # noqa: T201
    return int(exit_code)


def _run_dates(
    options: Options,
    run_id: str,
    clock: Callable[[], datetime],
    log: RunLog,
    console: Console,
) -> list[dict[str, Any]]:
    # Not before a date is chosen and checked: wrong usage is answered at once.
    from ingestion.batch.night import Night
    from ingestion.batch.progress import Progress
    from ingestion.batch.summary import as_json, print_summary
    from ingestion.lake import open_lake
    from ingestion.report.reporting import report_date

    settings = options.settings
    lake = open_lake(settings.lake)
    log_path = str(run_log_path(settings.state, run_id))
    summaries = []
    progress = Progress(visible=not options.as_json)
    with Night(
        settings, lake, options.variables, run_id, clock, log, progress
    ) as night:
        for business_date in options.dates:
            window = BatchWindow.of(business_date, settings.timezone)
            _warn_of_deadline(window, settings.state, clock())
            with progress.of_date():
                outcome = night.run(business_date)
            summary = as_json(outcome, window, lake.root, log_path)
            reported = report_date(settings, lake, outcome, summary)
            summary["places"]["report"] = reported.page and str(reported.page)
            log.event("summary", **summary)
            summaries.append(summary)
            if reported.problem:
                log.event(
                    "report", problem=reported.problem, traceback=reported.traceback
                )
                print(f"run_batch.py: {reported.problem}", file=sys.stderr)  # noqa: T201
            if outcome.message:
                print(f"run_batch.py: {outcome.message}", file=sys.stderr)  # noqa: T201
            elif outcome.published:
                remember_duration(settings.state, sum(outcome.seconds.values()))
            if not options.as_json:
                print_summary(summary, console)
            if outcome.exit_code not in _WINDOW_GOES_ON:
                break
    return summaries


def _warn_of_deadline(window: BatchWindow, state: Path, now: datetime) -> None:
    end = now + last_duration(state)
    if window.passes_deadline(end):
        minutes = (end - window.deadline) / timedelta(minutes=1)
        print(  # noqa: T201
            f"run_batch.py: this run would pass its deadline {window.deadline:%H:%M} "
            f"by about {max(1, round(minutes))} min, going by the last one.",
            file=sys.stderr,
        )
