"""The gate in front of the lake: nothing bad gets in, and nothing is lost."""

from __future__ import annotations

from ingestion.gate.inbox import pending, require_inbox
from ingestion.gate.receiving import receive
from ingestion.gate.records import COUNTED, ReceivedFile, load_history

__all__ = [
    "COUNTED",
    "ReceivedFile",
    "load_history",
    "pending",
    "receive",
    "require_inbox",
]
