"""How a file is read by its name, its sender's own names for columns included."""

from __future__ import annotations

from dataclasses import replace

from ingestion.contracts import load_contracts
from ingestion.gate.history.names import Reading, reading_of, sent_name


def reading_for(feed: str, name: str) -> Reading | None:
    """Format, compression and sender of a file, None for an unknown extension."""
    reading = reading_of(name)
    contract = reading and load_contracts().get((feed, reading.format))
    if not reading or not contract:
        return reading
    return replace(reading, sender=contract.sender_of(sent_name(name)))
