"""Running dbt in this process: the project is parsed once, then built date by date.

Parsing takes seconds and every change of ``--vars`` would ask for it again. Models,
hooks and test arguments render ``run_date`` when they run, so one parse serves all
dates.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
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

    def build(
        self,
        business_date: date,
        variables: RuleVariables,
        on_node: OnNode,
        history: Sequence[HistoryDate] | None = None,
        *,
        seeds: bool = True,
        trial: bool = False,
    ) -> BuildResult:
        """Build and test everything of one date, whose master data are captured.

        Args:
            business_date: the date to build.
            variables: the rules to build it by.
            on_node: told of every node that is done.
            history: the earlier dates to look back at, each in one version; not
                given, all that are published, in their latest.
            seeds: also all tables, and the hand-kept ones, which are the same for every
                date; without them, the date's exports have been cleared.
            trial: in the schema of trials.

        Raises:
            DataTestError: a data test of severity error found rows.
            ServiceUnavailableError: what the build stands on fell.
            ProcurementError: a model or a hook failed; the message is dbt's.
        """
        from dbt.cli.main import dbtRunner

        values: dict[str, Any] = {
            "run_date": str(business_date),
            "master_data_is_captured": True,
            **variables.for_dbt(),
        }
        if history is not None:
            values["recorded_history"] = [list(used) for used in history]
        # Then hooks need not look around, nor exports remove what is not there.
        known = {} if seeds else {"tables_are_made": True, "exports_are_cleared": True}
        manifest = self._parsed(trial=trial)
        watch = service_watch(self._settings, business_date)
        runner = dbtRunner(manifest, callbacks=[_node_counter(on_node), watch.on_event])
        with watch.over():
            outcome = runner.invoke(
                [
                    "build",
                    *("--selector", "nightly"),
                    *(
                        ()
                        if seeds
                        else ("--exclude-resource-types", "seed", "--no-populate-cache")
                    ),
                    *("--vars", json.dumps({**values, **known})),
                    *self._options(self._artifacts),
                ]
            )
        try:
            return self._result(business_date, outcome, values, trial=trial)
        except DataTestError:
            raise
        except ProcurementError as error:
            if fallen := watch.why(str(error)):
                raise ServiceUnavailableError(fallen) from None
            raise

    def _result(
        self,
        business_date: date,
        outcome: dbtRunnerResult,
        values: dict[str, Any],
        *,
        trial: bool,
    ) -> BuildResult:
        from dbt_common.invocation import get_invocation_id

        if isinstance(outcome.exception, KeyboardInterrupt):
            raise outcome.exception
        if outcome.exception is not None:
            raise _failure(business_date, str(outcome.exception))
        # Before the next command of dbt, which has an id of its own.
        build_id = get_invocation_id()
        results = getattr(outcome.result, "results", [])
        if results:
            outcome.result.write(str(self._artifacts / "run_results.json"))  # type: ignore[union-attr]
        if any(result.status == "fail" for result in results):
            self._export_for_people(values, trial=trial)
        shower = self._shower(values, trial=trial)
        return _result(business_date, build_id, results, shower)

    def _export_for_people(self, values: dict[str, Any], *, trial: bool) -> None:
        """Have what a refused date came to exported all the same, for its page.

        A build leaves exports out when a test of what they read has failed. It is
        another build's, and so is never published.
        """
        from dbt.cli.main import dbtRunner

        dbtRunner(self._parsed(trial=trial)).invoke(
            [
                *("--quiet", "run", "--select", "exp_results"),
                *("--vars", json.dumps(values)),
                *self._options(self._settings.state / "dbt"),
            ]
        )

    def take_over(self, business_date: date, *, only_absent: bool) -> bool:
        """Take a date's rows over from the schema of trials; False if that fails.

        Args:
            business_date: the date.
            only_absent: leave the tables alone when they know the date.
        """
        from dbt.cli.main import dbtRunner

        outcome = dbtRunner(self._parsed(trial=False)).invoke(
            [
                *("run-operation", "take_over_date"),
                *("--args", json.dumps({"only_absent": only_absent})),
                *("--vars", json.dumps({"run_date": str(business_date)})),
                *self._options(self._settings.state / "dbt"),
            ]
        )
        if isinstance(outcome.exception, KeyboardInterrupt):
            raise outcome.exception
        return outcome.success

    def _shower(
        self, values: dict[str, Any], *, trial: bool
    ) -> Callable[[list[str]], list[Any]]:
        """What reads the rows that tests found, some of each, by the tests' names."""

        def show(names: list[str]) -> list[Any]:
            from dbt.cli.main import dbtRunner

            outcome = dbtRunner(self._parsed(trial=trial)).invoke(
                [
                    *("--quiet", "show", "--limit", "20"),
                    *("--vars", json.dumps(values)),
                    *self._options(self._settings.state / "dbt"),
                    *("--select", *names),
                ]
            )
            return list(getattr(outcome.result, "results", []))

        return show

    def _parsed(self, *, trial: bool) -> Manifest:
        if self._manifest is None:
            from dbt.cli.main import dbtRunner

            inject_quickly()
            parsed = self._settings.state / "dbt"
            with parse_lock(self._settings.state):
                outcome = dbtRunner().invoke(["parse", *self._options(parsed)])
            if isinstance(outcome.exception, KeyboardInterrupt):
                raise outcome.exception
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

    def _options(self, target_path: Path) -> list[str]:
        return [
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


def _result(
    business_date: date,
    build_id: str,
    results: list[Any],
    show: Callable[[list[str]], list[Any]],
) -> BuildResult:
    """Sort out dbt's node results; broken nodes before failed tests."""
    broken = [r for r in results if r.status in ("error", "runtime error")]
    if broken:
        raise _failure(business_date, f"{broken[0].node.name}: {broken[0].message}")
    models = [
        r for r in results if r.node.resource_type == "model" and r.status == "success"
    ]
    build = BuildResult(
        build_id=build_id,
        models={r.node.name: round(r.execution_time, 3) for r in models},
        tests=with_rows(data_tests(results), show),
    )
    failed = [r for r in results if r.status == "fail"]
    if failed:
        raise TestsFailedError(_failed_tests(business_date, failed), build)
    skipped = [r for r in results if r.status == "skipped"]
    if skipped or not results:
        name = skipped[0].node.name if skipped else "everything"
        raise _failure(business_date, f"{name} was skipped without a failure")
    return build


def _failure(business_date: date, message: str) -> ProcurementError:
    text = " ".join(message.split())
    return ProcurementError(
        f"dbt could not build {business_date}: {text}. "
        f"Run dbt build --vars '{{run_date: {business_date}}}' to see it in full."
    )


def _failed_tests(business_date: date, failed: list[Any]) -> str:
    lines = [
        f"  {test.name}: {test.found} row(s) break: {test.claim} ({test.path})"
        for test in data_tests(failed)
    ]
    return "\n".join(
        [
            f"{business_date}: {len(failed)} data test(s) failed; nothing published.",
            *lines,
            f"Run dbt test --vars '{{run_date: {business_date}}}' --store-failures "
            "to look at the rows.",
        ]
    )
