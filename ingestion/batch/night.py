"""One business date from files to published orders, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from ingestion import gate
from ingestion.batch.bench import Bench
from ingestion.batch.completeness import check_feeds, check_warehouses
from ingestion.batch.edition import compose
from ingestion.batch.exports import clear_exports
from ingestion.batch.fingerprint import models_and_macros_digest
from ingestion.batch.options import Rerun
from ingestion.batch.progress import Progress
from ingestion.batch.publication import (
    Provenance,
    Published,
    publish,
    published_version,
    withdraw_reports,
)
from ingestion.batch.renewal import Renewal, renew
from ingestion.batch.replay import Replay, replay_published
from ingestion.batch.rule_variables import RuleVariables
from ingestion.batch.run_log import RunLog
from ingestion.batch.transformation import BuildResult, HistoryDate, Transformation
from ingestion.batch.transition import dates_in_change, settle
from ingestion.batch.versions import next_version, orders_before
from ingestion.config import Settings
from ingestion.contracts import contracts_digest
from ingestion.errors import (
    DateLockedError,
    ExitCode,
    ProcurementError,
    RefusedError,
    ReplayDiffersError,
)
from ingestion.gate import ReceivedFile
from ingestion.lake import Lake
from ingestion.locks import date_lock, engine_lock
from ingestion.master_data.capture import captured_snapshot, put_in_place, write_capture
from ingestion.master_data.snapshot import MasterSnapshot
from ingestion.postgres.connections import (
    ConnectionSettings,
    connect,
    connection_settings,
)


@dataclass
class DateOutcome:
    """What became of one date; filled in as far as the run came.

    Attributes:
        message: why nothing new was published, for people; None when it was.
        version_before: version that was published before this run, if any.
        seconds: by stage, in the order of the stages.
    """

    business_date: date
    started_at: datetime
    exit_code: ExitCode = ExitCode.OK
    message: str | None = None
    version_before: int | None = None
    received: list[ReceivedFile] = field(default_factory=list)
    build: BuildResult | None = None
    published: Published | None = None
    replay: Replay | None = None
    renewal: Renewal | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    ended_at: datetime | None = None


class Night:
    """The batch of one run: the same settings and rules for all its dates.

    Used as a context: what it needs of engines is held from the first date to the end.
    """

    def __init__(
        self,
        settings: Settings,
        lake: Lake,
        variables: RuleVariables,
        run_id: str,
        clock: Callable[[], datetime],
        log: RunLog,
        progress: Progress,
        rerun: Rerun,
    ) -> None:
        self._settings = settings
        self._lake = lake
        self._variables = variables
        self._run_id = run_id
        self._clock = clock
        self._log = log
        self._progress = progress
        self._rerun = rerun
        self._transformation = Transformation(settings)
        self._engine = ExitStack()
        self._has_engine = False
        self._postgres: ConnectionSettings | None = None

    def __enter__(self) -> Night:
        return self

    def __exit__(self, *_: object) -> None:
        self._engine.close()

    def run(self, business_date: date) -> DateOutcome:
        """Order for one date; whatever goes wrong is in the outcome, not raised."""
        outcome = DateOutcome(business_date, self._clock())
        self._log.event("date_started", business_date=business_date)
        try:
            with date_lock(
                self._settings.state, self._lake.root, business_date, self._clock()
            ):
                self._order(business_date, outcome)
        except ProcurementError as error:
            outcome.exit_code = error.exit_code
            outcome.message = str(error)
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

    def _hold_engine(self) -> None:
        """Wait until no other run builds in this lake, and keep it until the last date.

        dbt has DuckDB's file open between dates too, and a run that got the lock
        there would fail. On Trino two builds would share the tables of the export.
        """
        if not self._has_engine:
            state, wait = self._settings.state, self._progress.waiting_for_engine
            self._engine.enter_context(engine_lock(state, self._lake.root, wait))
            self._has_engine = True

    def _order(self, business_date: date, outcome: DateOutcome) -> None:
        self._settle(business_date)
        outcome.version_before = published_version(self._lake, business_date)
        if outcome.version_before is not None:
            self._order_again(business_date, outcome.version_before, outcome)
            return
        withdraw_reports(self._lake, business_date)
        if self._rerun.replay:
            outcome.received = gate.load_history(self._lake, business_date)
        else:
            with self._stage("receive files", outcome):
                outcome.received = self._receive(business_date)
        check_feeds(business_date, outcome.received)
        with self._stage("capture master data", outcome):
            master = self._master_data(business_date)
            self._check(business_date, outcome.received, master, self._variables)
        self._build(business_date, outcome, self._variables, None)
        with self._stage("publish", outcome):
            version = next_version(self._lake, business_date)
            former = orders_before(self._lake, business_date, version)
            outcome.published = publish(
                self._lake,
                compose(self._lake, business_date, version, former),
                self._provenance(outcome.received, master, self._variables),
            )

    def _settle(self, business_date: date) -> None:
        """Complete or take back what killed runs left of changing a published date.

        Another date's too, unless its run is at work: this one looks back at it.
        """
        settle(self._lake, business_date)
        state, root, now = self._settings.state, self._lake.root, self._clock()
        for other in dates_in_change(self._lake):
            with suppress(DateLockedError), date_lock(state, root, other, now):
                settle(self._lake, other)

    def _order_again(
        self, business_date: date, version: int, outcome: DateOutcome
    ) -> None:
        """Do with a published date what was asked for: by default, nothing."""
        bench = self._bench(business_date, outcome)
        if self._rerun.replay:
            outcome.replay = replay_published(bench, version)
            self._log.event("replayed", **outcome.replay.summary())
            if not outcome.replay.is_identical:
                raise ReplayDiffersError(f"{business_date}: {outcome.replay.text()}")
            return
        outcome.renewal = renew(bench, version)
        outcome.received = outcome.renewal.received
        outcome.published = outcome.renewal.published

    def _bench(self, business_date: date, outcome: DateOutcome) -> Bench:
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
            provenance=self._provenance,
        )

    def _build(
        self,
        business_date: date,
        outcome: DateOutcome,
        variables: RuleVariables,
        history: Sequence[HistoryDate] | None,
    ) -> None:
        self._hold_engine()
        with self._stage("plan orders", outcome):
            clear_exports(self._lake, business_date)
            outcome.build = self._transformation.build(
                business_date, variables, self._progress.nodes, history
            )
            self._log.event("built", models=outcome.build.models)

    def _receive_late(self, business_date: date) -> list[ReceivedFile]:
        return gate.receive_late(
            self._lake,
            self._settings.inbox,
            business_date,
            run_id=self._run_id,
            received_at=self._clock(),
        )

    def _receive(self, business_date: date) -> list[ReceivedFile]:
        self._progress.files(gate.pending(self._settings.inbox, business_date))
        received = gate.receive(
            self._lake,
            self._settings.inbox,
            business_date,
            run_id=self._run_id,
            received_at=self._clock(),
            on_file=self._progress.file,
        )
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
            self._postgres = self._engine.enter_context(
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

    def _provenance(
        self,
        received: Sequence[ReceivedFile],
        master: MasterSnapshot,
        variables: RuleVariables,
    ) -> Provenance:
        return Provenance(
            inputs=[
                {
                    "feed": file.feed,
                    "sha256": file.sha256,
                    "rows_read": file.rows_read,
                    "rows_accepted": file.rows_accepted,
                    "rows_refused": file.rows_refused,
                }
                for file in sorted(received, key=lambda f: (f.feed, f.sha256 or ""))
                if file.sha256 and file.status in (*gate.COUNTED, "quarantined")
            ],
            master_data=master.digest,
            rule_variables=variables.for_manifest(),
            code={
                "models_and_macros_sha256": models_and_macros_digest(),
                "contracts_sha256": contracts_digest(),
            },
        )

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
