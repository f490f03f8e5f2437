"""The gate in front of the lake: nothing bad gets in, and nothing is lost."""

from __future__ import annotations

from ingestion.gate.history.late import counting_late_files, late_files
from ingestion.gate.history.records import (
    COUNTED,
    ReceivedFile,
    load_history,
    rows_accepted,
    rows_refused,
)
from ingestion.gate.inbox import misplaced, pending, require_inbox
from ingestion.gate.receiving import apply_changes, files_in_raw, receive

__all__ = [
    "COUNTED",
    "ReceivedFile",
    "apply_changes",
    "counting_late_files",
    "files_in_raw",
    "late_files",
    "load_history",
    "misplaced",
    "pending",
    "receive",
    "require_inbox",
    "rows_accepted",
    "rows_refused",
]
