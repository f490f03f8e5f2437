"""The next version of a published date: late files counted, master data refreshed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ingestion import gate
from ingestion.canonical_json import Json
from ingestion.date_run.date_run import DateRun
from ingestion.errors import ServiceUnavailableError
from ingestion.gate import ReceivedFile
from ingestion.gate.history.ledger import Changes
from ingestion.lake import Lake
from ingestion.master_data.capture import (
    capture_folder,
    captured_snapshot,
    put_in_place,
    waiting_folder,
)
from ingestion.master_data.differences import MasterChange, master_changes
from ingestion.master_data.snapshot import MasterSnapshot
from ingestion.publication.change_journal import DateChange, behind_path, note_behind
from ingestion.publication.changes import changes_between
from ingestion.publication.composing import compose
from ingestion.publication.provenance import provenance_of
from ingestion.publication.publishing import (
    Published,
    published_manifest,
)
from ingestion.publication.remembered import remembered_paths
from ingestion.publication.reported import remember_report, report_path
from ingestion.publication.version_files import PlannedVersion
from ingestion.publication.versions import (
    former_folder,
    keeping_folder,
    orders_before,
    paths_of_publication,
    publish_next,
    published_contents,
)
from ingestion.replay.causes import Cause, causes_of


@dataclass
class Renewal:
    """What became of a published date.

    Attributes:
        received: its load history.
        published: the new version; None when there is none.
        master_changes: what a refresh of the master data found changed.
        was_built: whether a version was planned, also when it changed no byte.
    """

    received: list[ReceivedFile]
    published: Published | None = None
    master_changes: list[MasterChange] = field(default_factory=list)
    was_built: bool = False


def renew(run: DateRun, version: int) -> Renewal:
    """Take in what came late, and publish a new version if that is asked for.

    Raises:
        RefusedError: the date's inputs would be incomplete; the version stays.
        DataTestError: a data test failed; the version stays.
    """
    with run.stage("receive files"):
        renewal = Renewal(run.receive_late())
    late: Sequence[Changes] = ()
    if run.rerun.include_late and gate.late_files(renewal.received):
        late = gate.counting_late_files(run.lake, run.business_date)
    master = None
    # A date that was published before there were captures has none.
    is_captured = run.lake.exists(capture_folder(run.business_date))
    if run.rerun.refresh_master or (late and not is_captured):
        with run.stage("capture master data"):
            master = _refreshed(run, renewal)
    if late or master:
        _Change(run, version, late, master).make(renewal)
    return renewal


def _refreshed(run: DateRun, renewal: Renewal) -> MasterSnapshot | None:
    """The master data of now, waiting, when they are not those of the date."""
    lake, day = run.lake, run.business_date
    captured, master = captured_snapshot(lake, day), run.write_capture()
    if captured and captured.digest == master.digest:
        lake.delete(waiting_folder(day))
        return None
    renewal.master_changes = master_changes(
        lake, capture_folder(day), waiting_folder(day)
    )
    return master


class _Change:
    """One attempt at the next version; what fails is taken back."""

    def __init__(
        self,
        run: DateRun,
        version: int,
        late: Sequence[Changes],
        master: MasterSnapshot | None,
    ) -> None:
        self._run = run
        self._lake: Lake = run.lake
        self._day = run.business_date
        self._version = version
        self._late = late
        self._master = master
        self._change = DateChange(run.lake, run.business_date, version)

    def make(self, renewal: Renewal) -> None:
        """Build the version, and publish it when it changes a byte."""
        capture = capture_folder(self._day)
        notes = (capture, behind_path(self._day))
        new = [path for path in notes if not self._lake.exists(path)]
        self._change.begin(
            self._late,
            other_paths=[capture, *paths_of_publication(self._day)],
            created=[
                keeping_folder(self._day),
                former_folder(self._day, self._version),
                *remembered_paths(self._day, self._version + 1),
                report_path(self._day, self._version + 1),
                *new,
            ],
        )
        try:
            self._change_inputs()
            renewal.received = gate.load_history(self._lake, self._day)
            renewal.published = self._publish(renewal.received)
            renewal.was_built = True
        except BaseException:
            self._change.take_back()
            raise
        if renewal.published:
            # It is published; what is left to do the next run does.
            with suppress(OSError, ServiceUnavailableError):
                self._change.finish()
            self._run.bring_up()
        else:
            self._change.take_back()
            renewal.received = gate.load_history(self._lake, self._day)

    def _change_inputs(self) -> None:
        gate.apply_changes(self._lake, self._late, self._change.set_aside)
        if self._master:
            self._change.set_aside(capture_folder(self._day))
            put_in_place(self._lake, self._day)

    def _publish(self, received: Sequence[ReceivedFile]) -> Published | None:
        run, lake, day = self._run, self._lake, self._day
        manifest = published_manifest(lake, day) or {}
        master = captured_snapshot(lake, day)
        assert master is not None  # noqa: S101  captured before, or just now
        variables = run.variables.over(manifest["rule_variables"])
        run.check_complete(received, master, variables)
        build = run.plan(variables, None)
        with run.stage("publish"):
            former = orders_before(lake, day, self._version + 1)
            planned = compose(lake, day, self._version + 1, former, build.build_id)
            if self._is_unchanged(planned):
                return None
            provenance = provenance_of(received, master, variables)
            remember_report(lake, planned, build)
            run.demand_hold()
            note_behind(lake, day)
            return publish_next(
                lake,
                planned,
                provenance,
                self._change,
                self._document(planned, causes_of(manifest, provenance)),
                self._former_master_data(),
            )

    def _is_unchanged(self, planned: PlannedVersion) -> bool:
        as_before = replace(planned, version=self._version)
        contents = {name: file.content for name, file in as_before.files.items()}
        return contents == published_contents(self._lake, self._day)

    def _document(
        self, planned: PlannedVersion, causes: Sequence[Cause]
    ) -> dict[str, Json]:
        published = published_contents(self._lake, self._day)
        contents = {name: file.content for name, file in planned.files.items()}
        return {
            "schema_version": 1,
            "business_date": str(self._day),
            "from_version": self._version,
            "to_version": self._version + 1,
            "causes": [
                {"kind": cause.kind, "detail": cause.detail} for cause in causes
            ],
            **changes_between(published, contents).document(),
        }

    def _former_master_data(self) -> list[str]:
        if not self._master:
            return []
        folder = self._change.path_aside(capture_folder(self._day))
        return [file.path for file in self._lake.files(folder)]
