"""One business date from files to published orders, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from ingestion import gate
from ingestion.batch.completeness import check_feeds, check_warehouses
from ingestion.batch.fingerprint import models_and_macros_digest
from ingestion.batch.progress import Progress
from ingestion.batch.publication import (
    Provenance,
    Published,
    publish,
    published_version,
    withdraw_reports,
)
from ingestion.batch.rule_variables import RuleVariables
from ingestion.batch.run_log import RunLog
from ingestion.batch.transformation import (
    BuildResult,
    TestsFailedError,
    Transformation,
)
from ingestion.config import Settings
from ingestion.contracts import contracts_digest
from ingestion.errors import ExitCode, ProcurementError, RefusedError
from ingestion.gate import ReceivedFile
from ingestion.lake import Lake
from ingestion.locks import date_lock, engine_lock
from ingestion.master_data.snapshot import MasterSnapshot, read_snapshot
from ingestion.postgres.connections import connect, connection_settings


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
    seconds: dict[str, float] = field(default_factory=dict)
    ended_at: datetime | None = None


class Night:
    """The batch of one run: the same settings and rules for all its dates.

    Used as a context: the embedded engine is held from its first date to the end.
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
    ) -> None:
        self._settings = settings
        self._lake = lake
        self._variables = variables
        self._run_id = run_id
        self._clock = clock
        self._log = log
        self._progress = progress
        self._transformation = Transformation(settings)
        self._engine = ExitStack()
        self._has_engine = False

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
        outcome.version_before = published_version(self._lake, business_date)
        if outcome.version_before is not None:
            return
        withdraw_reports(self._lake, business_date)
        with self._stage("receive files", outcome):
            outcome.received = self._receive(business_date)
            check_feeds(business_date, outcome.received)
        with connection_settings(self._settings.state, self._settings.target) as server:
            with self._stage("read master data", outcome):
                connection = connect(server)
                try:
                    master = read_snapshot(connection)
                finally:
                    connection.close()
                self._check_master_data(business_date, master, outcome.received)
            self._hold_engine()
            with self._stage("plan orders", outcome):
                outcome.build = self._transformation.build(
                    business_date, self._variables, self._progress.nodes
                )
                self._log.event("built", models=outcome.build.models)
        with self._stage("publish", outcome):
            outcome.published = publish(
                self._lake, business_date, self._provenance(outcome.received, master)
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

    def _check_master_data(
        self,
        business_date: date,
        master: MasterSnapshot,
        received: Sequence[ReceivedFile],
    ) -> None:
        if master.is_empty:
            raise RefusedError(
                "The master data is empty: PostgreSQL has no row in any table of the "
                "schema master. Load it: python -m ingestion master load --from DIR"
            )
        if not self._variables.allow_missing_warehouses:
            check_warehouses(business_date, received, master.warehouse_ids)

    def _provenance(
        self, received: Sequence[ReceivedFile], master: MasterSnapshot
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
            rule_variables=self._variables.for_manifest(),
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
