"""What all dates of one run share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.config import Settings
from ingestion.date_run.progress import Progress
from ingestion.date_run.rerun import Rerun
from ingestion.date_run.run_folder import RunFolder
from ingestion.date_run.run_log import RunLog
from ingestion.date_run.waiting import FeedWait
from ingestion.lake import Lake
from ingestion.planning.engine import Engine
from ingestion.planning.rule_variables import RuleVariables
from ingestion.postgres import ConnectionSettings, connection_settings


@dataclass
class RunContext:
    """The same settings, rules and servers for every date of a run.

    Used as a context: what it needs of engines is held from the first date to the end.

    Attributes:
        clock: the aware instant of now; no order depends on it.
        resume: go on after the last stage that a former run finished.
    """

    settings: Settings
    lake: Lake
    variables: RuleVariables
    run: RunFolder
    clock: Callable[[], datetime]
    log: RunLog
    progress: Progress
    feed_wait: FeedWait
    rerun: Rerun
    resume: bool
    _held: ExitStack = field(default_factory=ExitStack)
    _server: ConnectionSettings | None = None

    def __post_init__(self) -> None:
        self.engine = self._held.enter_context(
            Engine(
                self.settings,
                self.lake.root,
                self.run.dbt,
                self.progress.waiting_for_engine,
            )
        )

    def __enter__(self) -> RunContext:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    @property
    def run_id(self) -> str:
        """Names the run in every entry of the load history that it adds."""
        return self.run.run_id

    def server(self) -> ConnectionSettings:
        """PostgreSQL; one of our own runs from its first date to the end."""
        if self._server is None:
            state, target = self.settings.state, self.settings.target
            self._server = self._held.enter_context(connection_settings(state, target))
        return self._server
