"""The page over all dates, from the small summary that each date has left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ingestion.dates import parse_business_date
from ingestion.errors import UsageError
from ingestion.report.page import render
from ingestion.report.writing import write_text

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
    write_text(reports / INDEX, page)


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
    if len(dates) < 2:
        return []
    return [_trend(dates, *trend) for trend in _TRENDS]


def _trend(
    dates: Sequence[dict[str, Any]], name: str, label: str, tone: str
) -> dict[str, Any]:
    values = [one.get(name) for one in dates]
    known = [value for value in values if value is not None]
    width = 100 / max(len(values), _FEWEST_SLOTS)
    most = max(known, default=0) or 1
    bars = [
        (
            round(number * width, 3),
            round(_HEIGHT - value / most * _HEIGHT, 3),
            round(width * 0.8, 3),
            round(value / most * _HEIGHT, 3),
        )
        for number, value in enumerate(values)
        if value is not None
    ]
    last = f"{values[-1]:,}" if values[-1] is not None else "unknown"
    span = f"from {min(known):,} to {max(known):,}" if known else "unknown"
    said = f"{last} on {dates[-1]['business_date']}; {span} over these dates"
    return {
        "values": values,
        "bars": bars,
        "tone": tone,
        "sentence": f"{label}: {said}.",
    }
