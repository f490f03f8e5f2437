"""One business date from files to published orders, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import (
    AbstractContextManager,
    ExitStack,
    closing,
    contextmanager,
    suppress,
)
from datetime import date, datetime
from functools import partial

from ingestion import gate
from ingestion.batch.bench import Bench
from ingestion.batch.checkpoint import Checkpoint
from ingestion.batch.completeness import check_feeds, check_warehouses
from ingestion.batch.durations import WAITING
from ingestion.batch.edition import compose
from ingestion.batch.engine import Engine
from ingestion.batch.exports import clear_exports
from ingestion.batch.options import Rerun
from ingestion.batch.outcome import DateOutcome
from ingestion.batch.progress import Progress
from ingestion.batch.provenance import provenance_of
from ingestion.batch.publication import (
    publish,
    published_version,
    withdraw_reports,
)
from ingestion.batch.renewal import renew
from ingestion.batch.replay import replay_published
from ingestion.batch.rule_variables import RuleVariables
from ingestion.batch.run_folder import RunFolder
from ingestion.batch.run_log import RunLog
from ingestion.batch.transformation import (
    BuildResult,
    HistoryDate,
    TestsFailedError,
)
from ingestion.batch.transition import dates_in_change, settle
from ingestion.batch.versions import next_version, orders_before
from ingestion.batch.waiting import FeedWait
from ingestion.config import Settings
from ingestion.contracts.landed_columns import check_landed_columns
from ingestion.date_hold import hold_date
from ingestion.errors import (
    DateLockedError,
    ExitCode,
    ProcurementError,
    RefusedError,
    ReplayDiffersError,
)
from ingestion.gate import ReceivedFile
from ingestion.lake import Lake
from ingestion.master_data.capture import captured_snapshot, put_in_place, write_capture
from ingestion.master_data.snapshot import MasterSnapshot
from ingestion.postgres.connections import (
    ConnectionSettings,
    connect,
    connection_settings,
)


class Night:
    """The batch of one run: the same settings and rules for all its dates.

    Used as a context: what it needs of engines is held from the first date to the end.
    """

    def __init__(
        self,
        settings: Settings,
        lake: Lake,
        variables: RuleVariables,
        run: RunFolder,
        clock: Callable[[], datetime],
        log: RunLog,
        progress: Progress,
        feed_wait: FeedWait,
        rerun: Rerun,
        *,
        resume: bool,
    ) -> None:
        self._settings = settings
        self._lake = lake
        self._variables = variables
        self._run_id = run.run_id
        self._clock = clock
        self._log = log
        self._progress = progress
        self._rerun = rerun
        self._feed_wait = feed_wait
        self._resume = resume
        self._held = ExitStack()
        self._engine = self._held.enter_context(
            Engine(settings, lake.root, run, progress.waiting_for_engine)
        )
        self._postgres: ConnectionSettings | None = None
        self._contracts_are_checked = False

    def __enter__(self) -> Night:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def run(self, business_date: date) -> DateOutcome:
        """Order for one date; whatever goes wrong is in the outcome, not raised."""
        outcome = DateOutcome(business_date, self._clock())
        self._log.event("date_started", business_date=business_date)
        try:
            self._check_contracts()
            with self._hold(business_date) as demand_hold:
                self._order(business_date, outcome, demand_hold)
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
        outcome.ended_at = self._clock()
        self._log.event(
            "date_ended",
            business_date=business_date,
            exit_code=int(outcome.exit_code),
            message=outcome.message,
            seconds=outcome.seconds,
        )
        return outcome

    def _check_contracts(self) -> None:
        """Once a run, before its first date: files must be read as they were landed."""
        if not self._contracts_are_checked:
            check_landed_columns(self._lake, self._settings.state)
            self._contracts_are_checked = True

    def _hold(self, business_date: date) -> AbstractContextManager[Callable[[], None]]:
        return hold_date(
            self._settings.state,
            self._lake.root,
            business_date,
            self._run_id,
            self._clock(),
        )

    def _order(
        self,
        business_date: date,
        outcome: DateOutcome,
        demand_hold: Callable[[], None],
    ) -> None:
        self._settle(business_date)
        outcome.version_before = published_version(self._lake, business_date)
        if outcome.version_before is not None:
            bench = self._bench(business_date, outcome, demand_hold)
            self._order_again(bench, outcome.version_before, outcome)
            return
        withdraw_reports(self._lake, business_date)
        checkpoint = self._checkpoint(business_date)
        if self._rerun.replay:
            outcome.received = gate.load_history(self._lake, business_date)
        else:
            outcome.received = checkpoint.received() or self._receive(
                business_date, outcome, checkpoint
            )
        check_feeds(business_date, outcome.received)
        with self._stage("capture master data", outcome):
            master = self._master_data(business_date)
            self._check(business_date, outcome.received, master, self._variables)
        provenance = provenance_of(outcome.received, master, self._variables)
        outcome.build = checkpoint.built(provenance)
        if outcome.build is None:
            build = self._build(business_date, outcome, self._variables, None)
            checkpoint.note_built(provenance, build)
        with self._stage("publish", outcome):
            version = next_version(self._lake, business_date)
            former = orders_before(self._lake, business_date, version)
            edition = compose(self._lake, business_date, version, former)
            demand_hold()
            outcome.published = publish(self._lake, edition, provenance)
        with suppress(OSError):  # it is published; what is left of its notes is ignored
            checkpoint.clear()

    def _checkpoint(self, business_date: date) -> Checkpoint:
        state, target = self._settings.state, self._settings.target
        return Checkpoint(state, target, self._lake, business_date, resume=self._resume)

    def _settle(self, business_date: date) -> None:
        """Complete or take back what killed runs left of changing a published date.

        Another date's too, unless its run is at work: this one looks back at it.
        """
        settle(self._lake, business_date)
        for other in dates_in_change(self._lake):
            with suppress(DateLockedError), self._hold(other):
                settle(self._lake, other)

    def _order_again(self, bench: Bench, version: int, outcome: DateOutcome) -> None:
        """Do with a published date what was asked for: by default, nothing."""
        if self._rerun.replay:
            outcome.replay = replay_published(bench, version)
            self._log.event("replayed", **outcome.replay.summary())
            if not outcome.replay.is_identical:
                raise ReplayDiffersError(
                    f"{bench.business_date}: {outcome.replay.text()}"
                )
            return
        outcome.renewal = renew(bench, version)
        outcome.received = outcome.renewal.received
        outcome.published = outcome.renewal.published

    def _bench(
        self,
        business_date: date,
        outcome: DateOutcome,
        demand_hold: Callable[[], None],
    ) -> Bench:
        return Bench(
            lake=self._lake,
            business_date=business_date,
            variables=self._variables,
            include_late=self._rerun.include_late,
            refresh_master=self._rerun.refresh_master,
            stage=lambda name: self._stage(name, outcome),
            receive_late=lambda: self._receive_late(business_date),
            write_capture=lambda: self._write_capture(business_date),
            check=partial(self._check, business_date),
            build=partial(self._build, business_date, outcome),
            provenance=provenance_of,
            demand_hold=demand_hold,
        )

    def _build(
        self,
        business_date: date,
        outcome: DateOutcome,
        variables: RuleVariables,
        history: Sequence[HistoryDate] | None,
    ) -> BuildResult:
        self._engine.hold()
        with self._stage("plan orders", outcome):
            clear_exports(self._lake, business_date)
            build = self._engine.build(
                business_date, variables, self._progress.nodes, history
            )
            outcome.build = build
            self._log.event("built", models=build.models)
        return build

    def _receive_late(self, business_date: date) -> list[ReceivedFile]:
        return gate.receive_late(
            self._lake,
            self._settings.inbox,
            business_date,
            run_id=self._run_id,
            received_at=self._clock(),
        )

    def _receive(
        self, business_date: date, outcome: DateOutcome, checkpoint: Checkpoint
    ) -> list[ReceivedFile]:
        def receive() -> list[ReceivedFile]:
            return gate.receive(
                self._lake,
                self._settings.inbox,
                business_date,
                run_id=self._run_id,
                received_at=self._clock(),
                on_file=self._progress.file,
            )

        checkpoint.clear()
        if self._feed_wait.is_due(business_date):
            with self._stage(WAITING, outcome):
                self._feed_wait.wait(business_date, receive, self._progress.say)
        with self._stage("receive files", outcome):
            self._progress.files(gate.pending(self._settings.inbox, business_date))
            received = receive()
        checkpoint.note_received()
        for file in received:
            self._log.event(
                "file",
                feed=file.feed,
                file_name=file.file_name,
                status=file.status,
                rows_accepted=file.rows_accepted,
                rows_refused=file.rows_refused,
            )
        return received

    def _master_data(self, business_date: date) -> MasterSnapshot:
        """Keep the master data of this instant as those of the date.

        A replay takes those that are kept already.

        Raises:
            RefusedError: there are none.
        """
        if self._rerun.replay:
            captured = captured_snapshot(self._lake, business_date)
            if captured is None:
                raise RefusedError(
                    f"{business_date} is not published and the lake has no master data "
                    "of it to replay with. Run it without --replay."
                )
            return captured
        master = self._write_capture(business_date)
        put_in_place(self._lake, business_date)
        return master

    def _write_capture(self, business_date: date) -> MasterSnapshot:
        """Read PostgreSQL into the waiting capture.

        Raises:
            RefusedError: there are no master data; a former capture stays as it is.
        """
        with closing(connect(self._server())) as connection:
            master = write_capture(self._lake, connection, business_date)
        if master.is_empty:
            raise RefusedError(
                "The master data is empty: PostgreSQL has no row in any table of the "
                "schema master. Load it: python -m ingestion master load --from DIR"
            )
        return master

    def _server(self) -> ConnectionSettings:
        """PostgreSQL; one of our own runs from its first date to the end."""
        if self._postgres is None:
            state, target = self._settings.state, self._settings.target
            self._postgres = self._held.enter_context(
                connection_settings(state, target)
            )
        return self._postgres

    def _check(
        self,
        business_date: date,
        received: Sequence[ReceivedFile],
        master: MasterSnapshot,
        variables: RuleVariables,
    ) -> None:
        if not variables.allow_missing_warehouses:
            check_warehouses(business_date, received, master.warehouse_ids)

    @contextmanager
    def _stage(self, name: str, outcome: DateOutcome) -> Iterator[None]:
        self._log.event("stage_started", stage=name)
        self._progress.stage(outcome.business_date, name)
        begin = time.monotonic()
        try:
            yield
        finally:
            outcome.seconds[name] = round(time.monotonic() - begin, 3)
            self._progress.stage_ended()
            self._log.event("stage_ended", stage=name, seconds=outcome.seconds[name])
