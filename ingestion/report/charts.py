"""Bars that stand in a table: each row has its figure beside what is drawn of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ingestion.report.tables import Table

#: Sites that one chart shows, those that are furthest from their usual first.
MOST_BARS = 20


@dataclass(frozen=True)
class Bar:
    """One row of a chart.

    Attributes:
        tone: high, low, usual or unknown (nothing to compare with).
        expected, threshold: what is usual, give or take; None when unknown.
    """

    label: str
    value: Decimal
    tone: str
    expected: Decimal | None = None
    threshold: Decimal | None = None

    @property
    def off(self) -> Decimal:
        """How far from usual, in thresholds; below zero when nobody knows."""
        if self.expected is None:
            return Decimal(-1)
        off = abs(self.value - self.expected)
        return off / self.threshold if self.threshold else off

    @property
    def reach(self) -> Decimal:
        """How far to the right it is drawn, with what is usual."""
        usual = (self.expected or Decimal(0)) + (self.threshold or Decimal(0))
        return max(self.value, usual)


@dataclass(frozen=True)
class Chart:
    """Bars with what they say in one sentence; ``widest`` is as wide as the chart."""

    title: str
    sentence: str
    bars: Sequence[Bar]
    widest: Decimal
    left_out: int


def volume_chart(checks: Sequence[dict[str, Any]], kind: str, what: str) -> Chart:
    """Accepted rows of each store or warehouse against the same weekday's."""
    bars = [
        Bar(
            f"{row['scope_id']} {row['scope_name'] or ''}".rstrip(),
            row["value"],
            _tone(row),
            row["expected"],
            row["threshold"],
        )
        for row in sorted(checks, key=lambda row: str(row["scope_id"]))
        if row["check_name"] == "rows" and row["scope_kind"] == kind
    ]
    bars.sort(key=lambda bar: -bar.off)
    return _chart(f"{what} per {kind}", _volume_sentence(bars, kind, what), bars)


def refusal_chart(refusals: Table) -> Chart:
    """Refused rows by reason."""
    bars = [
        Bar(f"{reason}, {feed}", Decimal(str(rows)), "low")
        for reason, feed, rows, _ in refusals.rows
    ]
    total = sum((bar.value for bar in bars), Decimal(0))
    sentence = (
        f"{total:,} rows were refused, for {len(bars)} "
        f"{'reason' if len(bars) == 1 else 'reasons'}"
        f"{f', most often {bars[0].label}' if bars else ''}."
    )
    return _chart("Refused rows by reason", sentence, bars)


def _chart(title: str, sentence: str, bars: list[Bar]) -> Chart:
    widest = max((bar.reach for bar in bars), default=Decimal(0)) or Decimal(1)
    left_out = max(0, len(bars) - MOST_BARS)
    return Chart(title, sentence, bars[:MOST_BARS], widest, left_out)


def _tone(row: dict[str, Any]) -> str:
    if row["expected"] is None:
        return "unknown"
    if row["status"] == "passed":
        return "usual"
    return "high" if row["value"] > row["expected"] else "low"


def _volume_sentence(bars: Sequence[Bar], kind: str, what: str) -> str:
    total = sum((bar.value for bar in bars), Decimal(0))
    tones = [bar.tone for bar in bars]
    plural = kind if len(bars) == 1 else f"{kind}s"
    said = f"{len(bars)} {plural} delivered {int(total):,} {what.lower()}"
    if bars and tones.count("unknown") == len(bars):
        return f"{said}; there are too few earlier dates of this weekday to compare."
    new = tones.count("unknown")
    return (
        f"{said}; {tones.count('high')} far more and {tones.count('low')} far less "
        f"than is usual on this weekday"
        f"{f', {new} without enough earlier dates' if new else ''}."
    )
