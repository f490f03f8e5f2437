"""The first version of a date: from the files in the inbox to published orders."""

from __future__ import annotations

from contextlib import suppress

from ingestion import gate
from ingestion.date_run.completeness import check_feeds
from ingestion.date_run.date_run import DateRun
from ingestion.errors import RefusedError
from ingestion.master_data.capture import (
    MasterSnapshot,
    captured_snapshot,
    put_in_place,
)
from ingestion.publication.change_journal import note_behind
from ingestion.publication.composing import compose
from ingestion.publication.provenance import provenance_of
from ingestion.publication.published import next_version
from ingestion.publication.publishing import publish, withdraw_reports
from ingestion.publication.remembered import orders_before
from ingestion.publication.reported import remember_report
from ingestion.publication.version_files import Published


def publish_first_version(run: DateRun) -> Published:
    """Receive, capture, plan, publish; a replay takes what the lake holds of a date.

    Raises:
        RefusedError: inputs or master data are missing; nothing is published.
        DataTestError: a data test failed, or what was exported is not what was planned.
    """
    lake, day, is_replay = run.lake, run.business_date, run.rerun.replay
    withdraw_reports(lake, day)
    checkpoint = run.checkpoint()
    if is_replay:
        run.received = gate.load_history(lake, day)
    else:
        run.received = checkpoint.received() or run.receive(checkpoint)
    check_feeds(day, run.received, needs_orders=not run.variables.allow_no_orders)
    with run.stage("capture master data"):
        master = _master_data(run)
        run.check_complete(run.received, master, run.variables)
    provenance = provenance_of(run.received, master, run.variables)
    build = checkpoint.built(provenance)
    if build is None:
        build = run.plan(run.variables, trial=is_replay)
        if not is_replay:
            checkpoint.note_built(provenance, build)
    run.build = build
    with run.stage("publish"):
        version = next_version(lake, day)
        former = orders_before(lake, day, version)
        files = compose(lake, day, version, former, build.build_id)
        remember_report(lake, files, build)
        run.demand_hold()
        if is_replay:
            note_behind(lake, day)
        published = publish(lake, files, provenance)
    if is_replay:
        run.bring_up()
    with suppress(OSError):  # it is published; what is left of its notes is ignored
        checkpoint.clear()
    return published


def _master_data(run: DateRun) -> MasterSnapshot:
    """Keep the master data of this instant as those of the date.

    A replay takes those that are kept already.

    Raises:
        RefusedError: there are none.
    """
    if run.rerun.replay:
        captured = captured_snapshot(run.lake, run.business_date)
        if captured is None:
            raise RefusedError(
                f"{run.business_date} is not published and the lake has no master data "
                "of it to replay with. Run it without --replay."
            )
        return captured
    master = run.write_capture()
    put_in_place(run.lake, run.business_date)
    return master
