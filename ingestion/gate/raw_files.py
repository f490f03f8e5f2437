"""What lies in the lake's ``raw`` for a date, whoever put it there."""

from __future__ import annotations

from datetime import date

from ingestion.gate.inbox import FORMATS
from ingestion.lake import Lake


def files_in_raw(lake: Lake, business_date: date) -> list[str]:
    """Paths of every file that engines read for a date."""
    return [
        file.path
        for feed, formats in FORMATS.items()
        for file_format in formats
        for file in lake.files(f"raw/{feed}/{business_date}/{file_format}")
    ]
