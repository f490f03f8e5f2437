"""Bars that stand in a table: each row has its figure beside what is drawn of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ingestion.report.tables import Table

#: Sites that one chart shows, those that are furthest from their usual first.
MOST_BARS = 20


@dataclass(frozen=True)
class Bar:
    """One row of a chart; lengths are per cent of the widest.

    Attributes:
        tone: high, low, usual or unknown (nothing to compare with).
        band: begin and length of what is usual, None when unknown.
    """

    label: str
    value: Decimal
    tone: str
    length: float
    expected: Decimal | None = None
    threshold: Decimal | None = None
    band: tuple[float, float] | None = None
    mark: float | None = None


@dataclass(frozen=True)
class Chart:
    """Bars with what they say in one sentence."""

    title: str
    sentence: str
    bars: Sequence[Bar]
    left_out: int = 0


def volume_chart(checks: Sequence[dict[str, Any]], kind: str, what: str) -> Chart:
    """Accepted rows of each store or warehouse against the same weekday's."""
    rows = [
        check
        for check in checks
        if check["check_name"] == "rows" and check["scope_kind"] == kind
    ]
    rows.sort(key=lambda row: (-_distance(row), row["scope_id"]))
    widest = max((_reach(row) for row in rows), default=Decimal(0)) or Decimal(1)
    bars = [_volume_bar(row, widest) for row in rows]
    return Chart(
        f"{what} per {kind}",
        _volume_sentence(bars, kind, what),
        bars[:MOST_BARS],
        max(0, len(bars) - MOST_BARS),
    )


def refusal_chart(refusals: Table) -> Chart:
    """Refused rows by reason."""
    counts = [
        (f"{reason}, {feed}", Decimal(str(rows)))
        for reason, feed, rows, _ in refusals.rows
    ]
    total = sum((rows for _, rows in counts), Decimal(0))
    widest = max((rows for _, rows in counts), default=Decimal(0)) or Decimal(1)
    sentence = (
        f"{total:,} rows were refused, for {len(counts)} "
        f"{'reason' if len(counts) == 1 else 'reasons'}"
        f"{f', most often {counts[0][0]}' if counts else ''}."
    )
    bars = [Bar(label, rows, "low", _percent(rows, widest)) for label, rows in counts]
    return Chart("Refused rows by reason", sentence, bars[:MOST_BARS])


def _volume_bar(row: dict[str, Any], widest: Decimal) -> Bar:
    value, expected, threshold = row["value"], row["expected"], row["threshold"]
    name = f" {row['scope_name']}" if row["scope_name"] else ""
    bar = Bar(
        label=f"{row['scope_id']}{name}",
        value=value,
        tone=_tone(row),
        length=_percent(value, widest),
        expected=expected,
        threshold=threshold,
    )
    if expected is None:
        return bar
    begin = max(Decimal(0), expected - threshold)
    return replace(
        bar,
        band=(_percent(begin, widest), _percent(expected + threshold - begin, widest)),
        mark=_percent(expected, widest),
    )


def _tone(row: dict[str, Any]) -> str:
    if row["expected"] is None:
        return "unknown"
    if row["status"] == "passed":
        return "usual"
    return "high" if row["value"] > row["expected"] else "low"


def _distance(row: dict[str, Any]) -> Decimal:
    """How far from usual, in thresholds."""
    if row["expected"] is None:
        return Decimal(-1)
    off: Decimal = abs(row["value"] - row["expected"])
    return off / row["threshold"] if row["threshold"] else off


def _reach(row: dict[str, Any]) -> Decimal:
    usual = (row["expected"] or Decimal(0)) + (row["threshold"] or Decimal(0))
    return max(Decimal(row["value"]), usual)


def _percent(value: Decimal, widest: Decimal) -> float:
    return round(float(max(Decimal(0), value) / widest * 100), 2)


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
