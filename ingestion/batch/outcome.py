"""What became of one business date in a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from ingestion.errors import ExitCode
from ingestion.gate import ReceivedFile
from ingestion.master_data.differences import MasterChange
from ingestion.planning.dbt_build import BuildResult
from ingestion.publication.version_files import Published
from ingestion.replay.published_date import Replay


@dataclass
class DateOutcome:
    """What became of one date; filled in as far as the run came.

    Attributes:
        message: why nothing new was published, for people; None when it was.
        version_before: version that was published before this run, if any.
        is_replay: whether the date was to be replayed.
        master_changes: what a refresh of the master data found changed.
        found_nothing: neither inbox nor lake has a file of the date.
        seconds: by stage, in the order of the stages.
    """

    business_date: date
    started_at: datetime
    exit_code: ExitCode = ExitCode.OK
    message: str | None = None
    is_replay: bool = False
    found_nothing: bool = False
    version_before: int | None = None
    received: list[ReceivedFile] = field(default_factory=list)
    build: BuildResult | None = None
    published: Published | None = None
    replay: Replay | None = None
    master_changes: list[MasterChange] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    ended_at: datetime | None = None
