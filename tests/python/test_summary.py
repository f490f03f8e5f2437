"""What the summary of a date prints."""

from __future__ import annotations

import io
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from ingestion.batch.outcome import DateOutcome
from ingestion.batch.summary import as_json, print_summary
from ingestion.batch.window import BatchWindow
from ingestion.publication.version_files import Published

DAY = date(2026, 1, 1)


@pytest.mark.parametrize("lake", ["/data/x[/b]/lake", "/data/[odd]/lake", "/a:fire:b"])
def test_places_are_printed_as_they_are_named(lake: str) -> None:
    outcome = DateOutcome(DAY, datetime(2026, 1, 1, 22, tzinfo=timezone.utc))
    outcome.published = Published(1, 0, 0, 0, 0, {})
    window = BatchWindow.of(DAY, ZoneInfo("UTC"))
    stream = io.StringIO()

    summary = as_json(outcome, window, lake, "/state/log.jsonl")
    print_summary(summary, Console(file=stream, width=200))

    assert f"{lake}/output/supplier_orders/2026-01-01" in stream.getvalue()
