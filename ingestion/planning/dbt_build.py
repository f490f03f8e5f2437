"""Running dbt in this process: the project is parsed once, then built date by date.

Parsing takes seconds and every change of ``--vars`` would ask for it again. Models,
hooks and test arguments render ``run_date`` when they run, so one parse serves all
dates.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.config import PROJECT_DIR, WITHOUT_POSTGRES, Settings
from ingestion.errors import (
    DataTestError,
    ProcurementError,
    ServiceUnavailableError,
)
from ingestion.locking.files import parse_lock
from ingestion.planning.compiling import inject_quickly
from ingestion.planning.data_tests import DataTest, data_tests, with_rows
from ingestion.planning.rule_variables import RuleVariables
from ingestion.planning.service_watch import service_watch

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

#: What the name of the schema of trials ends in: replays and new versions are built
#: there, so that the tables people read hold what is published.
_TRIAL = "_trial"

#: Called with the number of nodes done and their total.
OnNode = Callable[[int, int], None]

#: An earlier business date, in ISO form, and the version of it that counts.
HistoryDate = tuple[str, int]


@dataclass(frozen=True)
class Plan:
    """What one build is of.

    Attributes:
        variables: the rules to build the date by.
        history: the earlier dates to look back at, each in one version; not given,
            all that are published, in their latest.
        trial: in the schema of trials, which nobody reads.
    """

    business_date: date
    variables: RuleVariables
    history: Sequence[HistoryDate] | None = None
    trial: bool = False

    def values(self) -> dict[str, Any]:
        """The variables of dbt."""
        values: dict[str, Any] = {
            "run_date": str(self.business_date),
            "master_data_is_captured": True,
            **self.variables.for_dbt(),
        }
        if self.history is not None:
            values["recorded_history"] = [list(used) for used in self.history]
        return values


@dataclass(frozen=True)
class BuildResult:
    """What one build of a date did.

    Attributes:
        build_id: dbt's id of it, which everything that it exported bears.
        models: seconds by model that was built, in the order in which they ended.
        tests: every data test that ran.
    """

    build_id: str
    models: dict[str, float]
    tests: list[DataTest]

    @property
    def warnings(self) -> list[str]:
        """Data tests of severity warn that found rows."""
        return [test.name for test in self.tests if test.status == "warned"]


class TestsFailedError(DataTestError):
    """Data tests failed; what was built and tested until then."""

    def __init__(self, message: str, build: BuildResult) -> None:
        super().__init__(message)
        self.build = build


class Transformation:
    """The dbt project on one target, for as many dates as a run has."""

    def __init__(self, settings: Settings, artifacts: Path) -> None:
        """Keep dbt's artifacts of every build in a folder."""
        self._settings = settings
        self._artifacts = artifacts
        self._manifest: Manifest | None = None
        # profiles.yml and the raw tables take their places from the environment.
        os.environ["PROCUREMENT_LAKE"] = settings.lake
        os.environ["PROCUREMENT_STATE"] = str(settings.state)
        # The master data of each date are in the lake when it is built.
        os.environ[WITHOUT_POSTGRES] = "1"
        # Trino's client says with each command that it has no keyring to use.
        logging.getLogger("trino.auth").setLevel(logging.WARNING)

    def build(self, plan: Plan, on_node: OnNode, *, seeds: bool = True) -> BuildResult:
        """Build and test everything of one date, whose master data are captured.

        Args:
            plan: what to build.
            on_node: told of every node that is done.
            seeds: also all tables, and the hand-kept ones, which are the same for every
                date; without them, the date's exports have been cleared.

        Raises:
            DataTestError: a data test of severity error found rows.
            ServiceUnavailableError: what the build stands on fell.
            ProcurementError: a model or a hook failed; the message is dbt's.
        """
        self._parsed(trial=plan.trial)  # before the watch begins
        watch = service_watch(self._settings, plan.business_date)
        words, values = ["build", "--selector", "nightly"], plan.values()
        if not seeds:
            words += ["--exclude-resource-types", "seed", "--no-populate-cache"]
            # Then hooks need not look around, nor exports remove what is not there.
            values |= {"tables_are_made": True, "exports_are_cleared": True}
        with watch.over():
            outcome = self._invoke(
                words,
                values,
                trial=plan.trial,
                folder=self._artifacts,
                callbacks=[_node_counter(on_node), watch.on_event],
            )
        try:
            return self._result(plan, outcome)
        except DataTestError:
            raise
        except ProcurementError as error:
            if fallen := watch.why(str(error)):
                raise ServiceUnavailableError(fallen) from None
            raise

    def take_over(self, business_date: date, *, only_absent: bool) -> bool:
        """Take a date's rows over from the schema of trials; False if that fails.

        Args:
            business_date: the date.
            only_absent: leave the tables alone when they know the date.
        """
        arguments = json.dumps({"only_absent": only_absent})
        outcome = self._invoke(
            ["run-operation", "take_over_date", "--args", arguments],
            {"run_date": str(business_date)},
        )
        _let_interrupt_through(outcome)
        return outcome.success

    def _result(self, plan: Plan, outcome: dbtRunnerResult) -> BuildResult:
        """Sort out dbt's node results; broken nodes before failed tests."""
        from dbt_common.invocation import get_invocation_id

        _let_interrupt_through(outcome)
        if outcome.exception is not None:
            raise _failure(plan, str(outcome.exception))
        # Before the next command of dbt, which has an id of its own.
        build_id = get_invocation_id()
        results: list[Any] = getattr(outcome.result, "results", [])
        if results:
            outcome.result.write(str(self._artifacts / "run_results.json"))  # type: ignore[union-attr]
        failed = [one for one in results if one.status == "fail"]
        if failed:
            # For the page of a refused date. A build leaves exports out when a test of
            # what they read has failed; this is another build's, and never published.
            self._invoke(
                ["run", "--select", "exp_results"], plan.values(), trial=plan.trial
            )
        for one in results:
            if one.status in ("error", "runtime error"):
                raise _failure(plan, f"{one.node.name}: {one.message}")

        def show(names: list[str]) -> list[Any]:
            """Rows that tests found, some of each."""
            words = ["show", "--limit", "20", "--select", *names]
            shown = self._invoke(words, plan.values(), trial=plan.trial)
            return list(getattr(shown.result, "results", []))

        models = {
            one.node.name: round(one.execution_time, 3)
            for one in results
            if one.node.resource_type == "model" and one.status == "success"
        }
        build = BuildResult(build_id, models, with_rows(data_tests(results), show))
        if failed:
            raise TestsFailedError(_failed_tests(plan, failed), build)
        skipped = [one.node.name for one in results if one.status == "skipped"]
        if skipped or not results:
            name = skipped[0] if skipped else "everything"
            raise _failure(plan, f"{name} was skipped without a failure")
        return build

    def _invoke(
        self,
        words: Sequence[str],
        values: Mapping[str, Any],
        *,
        trial: bool = False,
        folder: Path | None = None,
        callbacks: Sequence[Callable[[Any], None]] = (),
    ) -> dbtRunnerResult:
        """Run one command of dbt with these variables."""
        from dbt.cli.main import dbtRunner

        return dbtRunner(self._parsed(trial=trial), list(callbacks)).invoke(
            [*words, "--vars", json.dumps(values), *self._options(folder)]
        )

    def _parsed(self, *, trial: bool) -> Manifest:
        if self._manifest is None:
            from dbt.cli.main import dbtRunner

            inject_quickly()
            # Nothing that is parsed depends on the lake, but dbt parses everything
            # anew when the place of the warehouse is another than the last time.
            with (
                parse_lock(self._settings.state),
                _variable("PROCUREMENT_LAKE", "lake"),
            ):
                outcome = dbtRunner().invoke(["parse", *self._options()])
            _let_interrupt_through(outcome)
            if outcome.exception is not None or not outcome.success:
                raise ProcurementError(
                    f"The dbt project cannot be parsed: {outcome.exception}. "
                    "Run `dbt parse` to see where."
                )
            self._manifest = outcome.result  # type: ignore[assignment]
        assert self._manifest is not None  # noqa: S101  for the type checker
        _forget_compiled(self._manifest)
        _place_in_schema(self._manifest, trial=trial)
        return self._manifest

    def _options(self, folder: Path | None = None) -> list[str]:
        target_path = folder or self._settings.state / "dbt"
        return [
            "--quiet",
            *("--target", self._settings.target),
            *("--project-dir", str(PROJECT_DIR)),
            *("--profiles-dir", str(PROJECT_DIR)),
            *("--target-path", str(target_path)),
            *("--log-path", str(target_path)),
            *("--log-level", "none"),
            # The manifest takes longer to write than a small date to build.
            "--no-write-json",
        ]


def _forget_compiled(manifest: Manifest) -> None:
    """Make dbt compile every node anew.

    dbt leaves in the manifest which ephemeral models a node has taken in, and would
    not put them into the SQL of the next date.
    """
    from dbt.contracts.graph.nodes import CompiledNode

    for node in manifest.nodes.values():
        if isinstance(node, CompiledNode):
            node.compiled = False
            node.compiled_code = None
            node.extra_ctes_injected = False
            node.extra_ctes = []


def _place_in_schema(manifest: Manifest, *, trial: bool) -> None:
    """Have dbt build in the schema of trials, or in the one of the profile.

    It asks every node for its place when it runs, so that one parse serves both.
    """
    for node in manifest.nodes.values():
        if node.resource_type in ("model", "seed"):
            former, base = node.schema, node.schema.removesuffix(_TRIAL)
            node.schema = f"{base}{_TRIAL}" if trial else base
            if node.relation_name:
                node.relation_name = node.relation_name.replace(
                    f'"{former}"', f'"{node.schema}"'
                )


def _node_counter(on_node: OnNode) -> Callable[[Any], None]:
    total = 0
    done = 0

    def count(event: Any) -> None:
        nonlocal total, done
        if event.info.name == "LogStartLine":
            total = event.data.total
        elif event.info.name == "NodeFinished":
            done += 1
            on_node(done, max(total, done))

    return count


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    """Another value of a variable of the environment, for a block."""
    former, os.environ[name] = os.environ[name], value
    try:
        yield
    finally:
        os.environ[name] = former


def _let_interrupt_through(outcome: dbtRunnerResult) -> None:
    if isinstance(outcome.exception, KeyboardInterrupt):
        raise outcome.exception


def _failure(plan: Plan, message: str) -> ProcurementError:
    day, text = plan.business_date, " ".join(message.split())
    return ProcurementError(
        f"dbt could not build {day}: {text}. "
        f"Run dbt build --vars '{{run_date: {day}}}' to see it in full."
    )


def _failed_tests(plan: Plan, failed: list[Any]) -> str:
    day = plan.business_date
    lines = [
        f"  {test.name}: {test.found} row(s) break: {test.claim} ({test.path})"
        for test in data_tests(failed)
    ]
    return "\n".join(
        [
            f"{day}: {len(failed)} data test(s) failed; nothing published.",
            *lines,
            f"Run dbt test --vars '{{run_date: {day}}}' --store-failures "
            "to look at the rows.",
        ]
    )
