"""Replaying a published date: all of it from the lake again, compared by its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ingestion import gate
from ingestion.date_run.date_run import DateRun
from ingestion.errors import ProcurementError, ServiceUnavailableError
from ingestion.master_data.capture import captured_snapshot
from ingestion.publication.change_journal import is_behind
from ingestion.publication.changes import Changes, Contents, changes_between
from ingestion.publication.composing import compose
from ingestion.publication.provenance import provenance_of
from ingestion.publication.published import (
    published_contents,
    published_manifest,
    recorded_history,
)
from ingestion.publication.remembered import orders_before
from ingestion.replay.causes import Cause, causes_of, damages

#: Differences shown to people; the log and the JSON summary have them all.
_SHOWN = 20
_UNKNOWN = Cause(
    "unknown",
    "nothing that the manifest records differs: look at the seeds, the Python code and "
    "the versions of the engines",
)


@dataclass(frozen=True)
class Replay:
    """What a replay came to.

    Attributes:
        files: names of published files that are missing, new or other.
        changes: what differs within them; None when nothing could be rebuilt.
        causes: what the date is made from otherwise than when it was published.
        failure: why nothing could be rebuilt, else None.
    """

    version: int
    files: list[str]
    changes: Changes | None
    causes: list[Cause]
    failure: str | None = None

    @property
    def is_identical(self) -> bool:
        """Whether every byte was rebuilt."""
        return not self.files and self.failure is None

    def text(self) -> str:
        """What differs and why, in lines for people."""
        said = self.failure or f"{', '.join(self.files)} would be otherwise"
        lines = [f"A replay of version {self.version} differs: {said}."]
        lines += [f"  because of {cause.text()}" for cause in self.causes]
        differences = self.changes.texts() if self.changes else []
        lines += [f"  {text}" for text in differences[:_SHOWN]]
        if len(differences) > _SHOWN:
            more = len(differences) - _SHOWN
            lines.append(f"  and {more} more; --json and the log have them all")
        return "\n".join([*lines, "Nothing under output/ was changed."])

    def summary(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "result": "identical" if self.is_identical else "different",
            "files": self.files,
            "causes": [vars(cause) for cause in self.causes],
            "differences": self.changes.texts() if self.changes else [],
            "failure": self.failure,
        }


def replay_published(run: DateRun, version: int) -> Replay:
    """Rebuild the published version of a date from the lake alone, and compare.

    The rule variables are those of the manifest, but for those given now, and the
    history is that of the manifest: what was published later is not looked back at.

    It is built in the schema of trials. Where it is identical, and the tables lack the
    date or may hold another version of it, they get its rows.

    Raises:
        ProcurementError: nothing could be built, and nothing in the lake explains it.
    """
    lake, day = run.lake, run.business_date
    manifest = published_manifest(lake, day)
    assert manifest is not None  # noqa: S101  it is the version's
    with run.stage("check the lake"):
        received = gate.load_history(lake, day)
        master = captured_snapshot(lake, day)
        variables = run.variables.over(manifest["rule_variables"])
        causes = damages(lake, day, manifest, received)
        if master is None:
            causes.append(Cause("master data", "the lake has no capture of the date"))
            return Replay(version, [], None, causes, "it cannot be planned again")
        causes += causes_of(manifest, provenance_of(received, master, variables))
    try:
        build = run.plan(variables, recorded_history(manifest))
    except ServiceUnavailableError:
        raise
    except ProcurementError as error:
        if not causes:
            raise
        return Replay(version, [], None, causes, str(error).rstrip("."))
    with run.stage("compare"):
        former = orders_before(lake, day, version)
        planned = compose(lake, day, version, former, build.build_id)
        before = published_contents(lake, day)
        replay = _compared(version, before, planned.contents, causes)
    if replay.is_identical:
        if is_behind(lake, day):
            run.bring_up()
        else:
            run.take_over(only_absent=True)
    return replay


def _compared(
    version: int, published: Contents, rebuilt: Contents, causes: list[Cause]
) -> Replay:
    files = [
        name
        for name in sorted({*published, *rebuilt}, key=str.encode)
        if published.get(name) != rebuilt.get(name)
    ]
    if not files:
        return Replay(version, [], None, causes)
    try:
        changes = changes_between(published, rebuilt)
    except (ValueError, KeyError, TypeError):
        changes = None  # a published file is no order any longer; its cause is named
    return Replay(version, files, changes, causes or [_UNKNOWN])
