"""What a run may do with dates that are published."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rerun:
    """What is asked for of dates that are published, beside nothing.

    Attributes:
        replay: rebuild them from the lake and compare.
        include_late: count the files that came late.
        refresh_master: plan them with the master data of now.
    """

    replay: bool = False
    include_late: bool = False
    refresh_master: bool = False
