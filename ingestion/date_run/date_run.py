"""The run of one business date: what it has at hand, and the steps it is made of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date

from ingestion import gate
from ingestion.date_run.checkpoint import Checkpoint
from ingestion.date_run.completeness import check_warehouses
from ingestion.date_run.run_context import RunContext
from ingestion.errors import ProcurementError, RefusedError
from ingestion.gate import ReceivedFile
from ingestion.master_data.capture import MasterSnapshot, write_capture
from ingestion.master_data.differences import MasterChange
from ingestion.planning.dbt_build import BuildResult, HistoryDate, Plan
from ingestion.planning.exports import clear_exports
from ingestion.planning.rule_variables import RuleVariables
from ingestion.postgres import connect
from ingestion.publication.change_journal import note_level
from ingestion.publication.published import published_manifest, recorded_history

#: A stage in which nothing is done but waiting.
WAITING = "wait for files"


class DateRun:
    """One date that this run holds; the flows over it call these steps.

    Attributes:
        demand_hold: raises when the date is held no longer; before a publication.
        seconds: by stage, in the order of the stages.
        received: the load history, as far as it is known.
        master_changes: what a refresh of the master data found changed.
        build: the last build of the date in this run.
    """

    def __init__(
        self, context: RunContext, business_date: date, demand_hold: Callable[[], None]
    ) -> None:
        self.context = context
        self.lake = context.lake
        self.business_date = business_date
        self.variables = context.variables
        self.rerun = context.rerun
        self.demand_hold = demand_hold
        self.seconds: dict[str, float] = {}
        self.received: list[ReceivedFile] = []
        self.master_changes: list[MasterChange] = []
        self.build: BuildResult | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time, show and log a block under a name."""
        log, progress = self.context.log, self.context.progress
        log.event("stage_started", stage=name)
        progress.stage(self.business_date, name)
        begin = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - begin, 3)
            progress.stage_ended()
            log.event("stage_ended", stage=name, seconds=self.seconds[name])

    def checkpoint(self) -> Checkpoint:
        """How far the former run of the date came; nothing counts of it in a replay."""
        settings = self.context.settings
        resume = self.context.resume and not self.rerun.replay
        return Checkpoint(
            settings.state,
            settings.target,
            self.lake,
            self.business_date,
            resume=resume,
        )

    def receive(self, checkpoint: Checkpoint) -> list[ReceivedFile]:
        """Land what the inbox holds, after waiting for it where that was asked for."""
        context = self.context

        def receive() -> list[ReceivedFile]:
            return gate.receive(
                self.lake,
                context.settings.inbox,
                self.business_date,
                run_id=context.run_id,
                received_at=context.clock(),
                on_file=context.progress.file,
            )

        checkpoint.clear()
        if context.feed_wait.is_due(self.business_date):
            with self.stage(WAITING):
                context.feed_wait.wait(
                    self.business_date, receive, context.progress.say
                )
        with self.stage("receive files"):
            context.progress.files(
                gate.pending(context.settings.inbox, self.business_date)
            )
            received = receive()
        checkpoint.note_received()
        for file in received:
            context.log.event(
                "file",
                feed=file.feed,
                file_name=file.file_name,
                status=file.status,
                rows_accepted=file.rows_accepted,
                rows_refused=file.rows_refused,
            )
        return received

    def receive_late(self) -> list[ReceivedFile]:
        """Take in what came after publication; the load history."""
        context = self.context
        return gate.receive(
            self.lake,
            context.settings.inbox,
            self.business_date,
            run_id=context.run_id,
            received_at=context.clock(),
            is_published=True,
        )

    def write_capture(self) -> MasterSnapshot:
        """Read PostgreSQL into the waiting capture.

        Raises:
            RefusedError: there are no master data; a former capture stays as it is.
        """
        with closing(connect(self.context.server())) as connection:
            master = write_capture(self.lake, connection, self.business_date)
        if master.is_empty:
            raise RefusedError(
                "The master data is empty: PostgreSQL has no row in any table of the "
                "schema master. Load it: python -m ingestion master load --from DIR"
            )
        return master

    def check_complete(
        self,
        received: Sequence[ReceivedFile],
        master: MasterSnapshot,
        variables: RuleVariables,
    ) -> None:
        """Refuse inputs in which a warehouse is missing, unless that is allowed."""
        if not variables.allow_missing_warehouses:
            check_warehouses(self.business_date, received, master.warehouse_ids)

    def plan(
        self,
        variables: RuleVariables,
        history: Sequence[HistoryDate] | None = None,
        *,
        trial: bool = True,
    ) -> BuildResult:
        """Have the models plan the date; arguments as of :class:`Plan`."""
        context, plan = (
            self.context,
            Plan(self.business_date, variables, history, trial),
        )
        context.engine.hold(trial=trial)
        with self.stage("plan orders"):
            clear_exports(self.lake, self.business_date)
            try:
                self.build = context.engine.build(plan, context.progress.nodes)
            finally:
                context.run.keep_results(self.business_date)
            context.log.event("built", models=self.build.models)
        return self.build

    def take_over(self, *, only_absent: bool = False) -> None:
        """Have the tables that people read hold the published version, built last.

        The rows of the trial, or, where a table is missing or has other columns, the
        same built anew.
        """
        with self.stage("fill tables"):
            engine, day = self.context.engine, self.business_date
            is_done = engine.take_over(day, only_absent=only_absent)
        manifest = published_manifest(self.lake, self.business_date)
        if is_done or manifest is None:
            return
        variables = self.variables.over(manifest["rule_variables"])
        self.plan(variables, recorded_history(manifest), trial=False)

    def bring_up(self) -> None:
        """Take over what was just published, or say that the next run will."""
        try:
            self.take_over()
            note_level(self.lake, self.business_date)
        except (OSError, ProcurementError) as error:
            self.context.progress.say(
                f"{self.business_date} is published, and its tables are not up to it: "
                f"{error} The next run of the date sees to it."
            )
