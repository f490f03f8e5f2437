"""What the flows of a published date need of the run that they are part of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date

from ingestion.gate import ReceivedFile
from ingestion.lake import Lake
from ingestion.master_data.snapshot import MasterSnapshot
from ingestion.planning.dbt_build import BuildResult, HistoryDate
from ingestion.planning.rule_variables import RuleVariables
from ingestion.publication.provenance import Provenance


@dataclass(frozen=True)
class Bench:
    """The run as one business date sees it.

    Attributes:
        variables: as given with this run.
        include_late, refresh_master: what a new version is asked for.
        stage: a block that is timed and logged under a name.
        receive_late: takes in what came after publication; the load history.
        write_capture: reads PostgreSQL into the waiting capture.
        check: refuses inputs too incomplete to order from.
        build: has the models plan the date in the schema of trials, looking back at
            the given dates.
        take_over: has the tables that people read hold the published version, which
            was built last; never raises for what the next run can do.
        take_over_if_absent: the same where they lack the date.
        provenance: what a version would be made from.
        demand_hold: raises when the date is held no longer; before a publication.
    """

    lake: Lake
    business_date: date
    variables: RuleVariables
    include_late: bool
    refresh_master: bool
    stage: Callable[[str], AbstractContextManager[None]]
    receive_late: Callable[[], list[ReceivedFile]]
    write_capture: Callable[[], MasterSnapshot]
    check: Callable[[Sequence[ReceivedFile], MasterSnapshot, RuleVariables], None]
    build: Callable[[RuleVariables, Sequence[HistoryDate] | None], BuildResult]
    take_over: Callable[[], None]
    take_over_if_absent: Callable[[], None]
    provenance: Callable[
        [Sequence[ReceivedFile], MasterSnapshot, RuleVariables], Provenance
    ]
    demand_hold: Callable[[], None]
