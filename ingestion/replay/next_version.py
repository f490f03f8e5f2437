"""The next version of a published date: late files counted, master data refreshed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from ingestion import gate
from ingestion.canonical_json import Json
from ingestion.date_run.date_run import DateRun
from ingestion.errors import ServiceUnavailableError
from ingestion.gate import ReceivedFile
from ingestion.gate.history.ledger import Changes
from ingestion.master_data.capture import (
    capture_folder,
    captured_snapshot,
    put_in_place,
    waiting_folder,
)
from ingestion.master_data.differences import master_changes
from ingestion.publication.change_journal import DateChange, behind_path, note_behind
from ingestion.publication.changes import changes_between
from ingestion.publication.composing import compose
from ingestion.publication.provenance import provenance_of
from ingestion.publication.published import (
    exceptions_paths,
    former_folder,
    keeping_folder,
    orders_folder,
    published_contents,
    published_manifest,
)
from ingestion.publication.publishing import publish_next
from ingestion.publication.remembered import orders_before, remembered_paths
from ingestion.publication.reported import remember_report
from ingestion.publication.version_files import Published
from ingestion.replay.causes import causes_of


def renew(run: DateRun, version: int) -> Published | None:
    """Take in what came late, and publish a new version if that is asked for.

    Raises:
        RefusedError: the date's inputs would be incomplete; the version stays.
        DataTestError: a data test failed; the version stays.
    """
    with run.stage("receive files"):
        run.received = run.receive_late()
    late: Sequence[Changes] = ()
    if run.rerun.include_late and gate.late_files(run.received):
        late = gate.counting_late_files(run.lake, run.business_date)
    is_refreshed = False
    # A date that was published before there were captures has none.
    is_captured = run.lake.exists(capture_folder(run.business_date))
    if run.rerun.refresh_master or (late and not is_captured):
        with run.stage("capture master data"):
            is_refreshed = _refresh(run)
    if not late and not is_refreshed:
        return None
    return _attempt(run, version, late, is_refreshed=is_refreshed)


def _refresh(run: DateRun) -> bool:
    """Whether the master data of now, which wait, are not those of the date."""
    lake, day = run.lake, run.business_date
    captured, master = captured_snapshot(lake, day), run.write_capture()
    if captured and captured.digest == master.digest:
        lake.delete(waiting_folder(day))
        return False
    run.master_changes = master_changes(lake, capture_folder(day), waiting_folder(day))
    return True


def _attempt(
    run: DateRun, version: int, late: Sequence[Changes], *, is_refreshed: bool
) -> Published | None:
    """Build the next version, and publish it when it changes a byte.

    What fails, or changes none, is taken back.
    """
    lake, day, capture = run.lake, run.business_date, capture_folder(run.business_date)
    change = DateChange(lake, day)
    notes = (capture, behind_path(day))
    change.begin(
        version,
        late,
        other_paths=[capture, *exceptions_paths(day), orders_folder(day)],
        created=[
            keeping_folder(day),
            former_folder(day, version),
            *remembered_paths(day, version + 1),
            *(path for path in notes if not lake.exists(path)),
        ],
    )
    try:
        gate.apply_changes(lake, late, change.set_aside)
        if is_refreshed:
            change.set_aside(capture)
            put_in_place(lake, day)
        received = gate.load_history(lake, day)
        published = _publish(run, version, received, change)
    except BaseException:
        change.take_back()
        raise
    if not published:
        change.take_back()
        return None
    run.received = received
    # It is published; what is left to do the next run does.
    with suppress(OSError, ServiceUnavailableError):
        change.finish()
    run.bring_up()
    return published


def _publish(
    run: DateRun, version: int, received: Sequence[ReceivedFile], change: DateChange
) -> Published | None:
    lake, day = run.lake, run.business_date
    manifest = published_manifest(lake, day) or {}
    master = captured_snapshot(lake, day)
    assert master is not None  # noqa: S101  captured before, or just now
    variables = run.variables.over(manifest["rule_variables"])
    run.check_complete(received, master, variables)
    build = run.plan(variables)
    with run.stage("publish"):
        former = orders_before(lake, day, version + 1)
        planned = compose(lake, day, version + 1, former, build.build_id)
        before = published_contents(lake, day)
        if replace(planned, version=version).contents == before:
            return None
        provenance = provenance_of(received, master, variables)
        changes: dict[str, Json] = {
            "schema_version": 1,
            "business_date": str(day),
            "from_version": version,
            "to_version": version + 1,
            "causes": [vars(cause) for cause in causes_of(manifest, provenance)],
            **changes_between(before, planned.contents).document(),
        }
        remember_report(lake, planned, build)
        run.demand_hold()
        note_behind(lake, day)
        return publish_next(lake, planned, provenance, change, changes)
