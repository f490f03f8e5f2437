"""The engine of one lake: who may build in it at once, and what has been prepared."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from ingestion.config import PROJECT_DIR, Settings
from ingestion.errors import (
    DataTestError,
    ProcurementError,
    ServiceUnavailableError,
)
from ingestion.locking.files import engine_lock, place_digits
from ingestion.planning.dbt_build import BuildResult, OnNode, Plan, Transformation

#: Trino's name of what befalls the second of two statements that make the same, also
#: where they say "if not exists" or "or replace".
_MADE_MEANWHILE = "ALREADY_EXISTS"


class Engine:
    """Builds dates, alone or beside other runs. Used as a context: held to its end.

    The embedded engine is held alone from the first date to the last: dbt has
    DuckDB's file open between dates too, and a run that got the lock there would
    fail. On Trino every statement of a build touches its own date only, but for those
    that make tables and fill seeds: a build with new models is alone, and others share.
    """

    def __init__(
        self,
        settings: Settings,
        lake_root: str,
        artifacts: Path,
        on_wait: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._lake_root = lake_root
        self._on_wait = on_wait
        self._transformation = Transformation(settings, artifacts)
        self._tables = {
            trial: PreparedTables(settings, lake_root, trial=trial)
            for trial in (False, True)
        }
        self._held = ExitStack()
        self._share: Callable[[], None] | None = None
        self._is_alone = False

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def hold(self, *, trial: bool = False) -> None:
        """Wait until this run may build, and keep it so until the context ends.

        ``trial``: in the schema of trials, which has tables of its own to be made.
        """
        must_be_alone = not self._tables[trial].are_made()
        if self._share and must_be_alone and not self._is_alone:
            self._let_go()
        if self._share is None:
            self._is_alone = must_be_alone
            self._share = self._held.enter_context(
                engine_lock(
                    self._settings.state,
                    self._lake_root,
                    self._on_wait,
                    shared=not self._is_alone,
                )
            )

    def build(self, plan: Plan, on_node: OnNode) -> BuildResult:
        """Build and test everything of one date.

        A build that leaves out what is the same for every date, and fails, is made
        once more with all of it; so is one that finds made what it was about to make.

        Raises:
            DataTestError: a data test of severity error found rows.
            ProcurementError: a model or a hook failed; the message is dbt's.
        """
        tables = self._tables[plan.trial]
        self.hold(trial=plan.trial)
        # Another run may have made them while this one waited to be alone.
        makes_tables = self._is_alone and not tables.are_made()
        try:
            return self._build(plan, on_node, seeds=makes_tables)
        except (DataTestError, ServiceUnavailableError):
            raise
        except ProcurementError as error:
            tables.forget()
            if makes_tables and _MADE_MEANWHILE not in str(error):
                raise
            # The cause may be a table that somebody dropped, or that the first run of
            # another machine made at the same moment: once more, with all made.
            self._let_go()
            self.hold(trial=plan.trial)
            return self._build(plan, on_node, seeds=True)

    def take_over(self, business_date: date, *, only_absent: bool) -> bool:
        """Take a date's rows over from the schema of trials; False if that fails.

        It does where a table is missing, or has other columns: build the date instead.
        """
        return self._transformation.take_over(business_date, only_absent=only_absent)

    def _let_go(self) -> None:
        self._held.close()
        self._share = None

    def _build(self, plan: Plan, on_node: OnNode, *, seeds: bool) -> BuildResult:
        build = self._transformation.build(plan, on_node, seeds=seeds)
        if self._settings.target != "embedded" and self._share:
            self._tables[plan.trial].remember()
            self._share()
            self._is_alone = False
        return build


class PreparedTables:
    """Whether an engine has the tables and seeds of the project in one schema.

    Remembered in the state, for Trino only: DuckDB's builds are never beside others.
    """

    def __init__(self, settings: Settings, lake_root: str, *, trial: bool) -> None:
        self._is_shared = settings.target != "embedded"
        name = f"{place_digits(lake_root)}{'-trial' if trial else ''}"
        self._mark = settings.state / "prepared" / name

    def are_made(self) -> bool:
        """Whether a build can leave out what is the same for every date."""
        try:
            return self._is_shared and self._mark.read_text("ascii") == _definition()
        except (OSError, ValueError):
            return False

    def remember(self) -> None:
        """Note that a build has made everything."""
        self._mark.parent.mkdir(parents=True, exist_ok=True)
        self._mark.write_text(_definition(), "ascii")

    def forget(self) -> None:
        """Have the next build make everything."""
        self._mark.unlink(missing_ok=True)


def _definition(project: Path = PROJECT_DIR) -> str:
    """Digest of what tables and seeds follow from, and of the Trino they are on."""
    digest = hashlib.sha256(models_and_macros_digest().encode())
    # Tables have the columns that the YAML beside the models declares.
    for folder, pattern in (("seeds", "*"), ("models", "*.yml")):
        for file in sorted((project / folder).rglob(pattern)):
            digest.update(file.read_bytes())
    for name in ("TRINO_HOST", "TRINO_PORT", "TRINO_CATALOG"):
        digest.update(f"{name}={os.environ.get(name, '')}\n".encode())
    return digest.hexdigest()


def models_and_macros_digest(project: Path = PROJECT_DIR) -> str:
    """SHA-256 over path and bytes of every SQL file of models and macros.

    Descriptions and tests in YAML are left out: they change no order.
    """
    digest = hashlib.sha256()
    for path in sorted(
        path.relative_to(project).as_posix()
        for folder in ("models", "macros")
        for path in (project / folder).rglob("*.sql")
    ):
        content = (project / path).read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
