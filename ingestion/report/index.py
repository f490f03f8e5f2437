"""The page over all dates, from the small summary that each date has left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingestion.dates import parse_business_date
from ingestion.errors import UsageError
from ingestion.lake import LocalLake, write_file
from ingestion.report.page import render

INDEX = "index.html"
SUMMARY = "summary.json"
_TREND_DATES = 60
#: So that the bars of the first dates are bars, and no blocks.
_FEWEST_SLOTS = 20
_TRENDS = (
    ("rows_accepted", "Rows accepted", "high"),
    ("rows_refused", "Rows refused", "low"),
    ("errors", "Exceptions of severity error", "low"),
)
#: Of the drawing, as the template has it.
_HEIGHT = 30


def write_index(reports: Path) -> None:
    """Write ``index.html`` anew; a date whose summary cannot be read is left out."""
    found = []
    with suppress(FileNotFoundError):
        found = [
            read_summary(folder) for folder in reports.iterdir() if folder.is_dir()
        ]
    dates = [summary for summary in found if summary is not None]
    dates.sort(key=lambda one: str(one["business_date"]), reverse=True)
    page = render(
        "index.html.j2",
        dates=dates,
        sentence=_sentence(dates),
        trends=_trends(dates[:_TREND_DATES][::-1]),
    )
    write_file(LocalLake(reports), INDEX, page.encode())


def read_summary(folder: Path) -> dict[str, Any] | None:
    """The figures that a date's report has left; None where they cannot be read."""
    try:
        parse_business_date(folder.name)
        summary: dict[str, Any] = json.loads((folder / SUMMARY).read_text("utf-8"))
        return summary if summary["business_date"] == folder.name else None
    except (OSError, ValueError, KeyError, TypeError, UsageError):
        return None


def _sentence(dates: Sequence[dict[str, Any]]) -> str:
    if not dates:
        return "No date has been run yet."
    published = sum(one["version"] is not None for one in dates)
    return (
        f"{published} of {len(dates)} dates {'is' if published == 1 else 'are'} "
        f"published, from {dates[-1]['business_date']} to {dates[0]['business_date']}."
    )


def _trends(dates: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The course of some figures, what it says in one sentence first."""
    if len(dates) < 2:
        return []
    trends = []
    for name, label, tone in _TRENDS:
        values = [one.get(name) for one in dates]
        known = [value for value in values if value is not None]
        last = f"{values[-1]:,}" if values[-1] is not None else "unknown"
        span = f"from {min(known):,} to {max(known):,}" if known else "unknown"
        said = f"{last} on {dates[-1]['business_date']}; {span} over these dates"
        most = max(known, default=0) or 1
        trends.append(
            {
                "sentence": f"{label}: {said}.",
                "tone": tone,
                "heights": [
                    None if value is None else value / most * _HEIGHT
                    for value in values
                ],
                "width": 100 / max(len(values), _FEWEST_SLOTS),
            }
        )
    return trends
