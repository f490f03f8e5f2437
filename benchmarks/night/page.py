"""Writes the tables and the plot of docs/benchmarks.md from the results.

    python -m benchmarks.night.page

What stands between the markers of the page is replaced; its words are written by hand.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from benchmarks.night.compare import OURS, RESULTS, ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks.svg"
_COLOURS = ("#0b5fa5", "#e08a00", "#2a8f4b", "#8a3fa0")


def main() -> None:
    """Tables and plot."""
    results = json.loads(RESULTS.read_text())
    tables = "\n\n".join(
        [_machine(results["machine"]), *(_table(night) for night in results["nights"])]
    )
    page = PAGE.read_text("utf-8")
    begin, end = "<!-- results -->", "<!-- end of results -->"
    between = re.compile(f"{begin}.*{end}", re.DOTALL)
    PAGE.write_text(between.sub(lambda _: f"{begin}\n{tables}\n{end}", page), "utf-8")
    PLOT.write_text(_plot(results["nights"]), "utf-8")


def _machine(machine: dict[str, Any]) -> str:
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"{machine['system']}, Python {machine['python']}, DuckDB {machine['duckdb']}; "
        f"load average before: {machine['load_before']}."
    )


def _table(night: dict[str, Any]) -> str:
    lines = [
        f"**{night['order_lines']:,} order lines**: {night['files']} files, "
        f"{night['inbox_mb']} MB, {night['lines_ordered']:,} lines ordered.",
        "",
        "| side | warm, median | of ours | points, cold first | processor | of ours "
        "| memory | stages |",
        "|---|---|---|---|---|---|---|---|",
    ]
    ours = night["sides"][0]
    return "\n".join([*lines, *(_row(side, ours) for side in night["sides"])])


def _row(side: dict[str, Any], ours: dict[str, Any]) -> str:
    if side["failure"]:
        return f"| {side['side']} | failed: {side['failure']} | | | | | | |"
    last = side["points"][-1]
    return " | ".join(
        [
            f"| {side['side']}",
            f"{side['seconds']} s",
            _ratio(ours, side, "seconds"),
            ", ".join(f"{point['seconds']:.1f}" for point in side["points"]),
            f"{side['processor_seconds']} s",
            _ratio(ours, side, "processor_seconds"),
            f"{side['peak_mb']} MB",
            ", ".join(f"{name} {value:.1f}" for name, value in last["stages"].items())
            + " |",
        ]
    )


def _ratio(ours: dict[str, Any], side: dict[str, Any], key: str) -> str:
    """How many times the side's figure ours is."""
    if ours["failure"] or side is ours:
        return ""
    return f"{ours[key] / side[key]:.1f}"


def _plot(nights: list[dict[str, Any]]) -> str:
    """Seconds over order lines, both in powers of ten."""
    series: dict[str, list[tuple[float, float]]] = {}
    for night in nights:
        for side in night["sides"]:
            if not side["failure"]:
                point = (math.log10(night["order_lines"]), math.log10(side["seconds"]))
                series.setdefault(side["side"], []).append(point)
    points = [point for line in series.values() for point in line]
    left, right = (f(x for x, _ in points) for f in (min, max))
    low, high = (
        math.floor(min(y for _, y in points)),
        math.ceil(max(y for _, y in points)),
    )

    def place(x: float, y: float) -> tuple[float, float]:
        return 60 + 420 * (x - left) / ((right - left) or 1), 300 - 260 * (y - low) / (
            high - low
        )

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 340"'
        ' font-family="sans-serif" font-size="12">'
        '<rect width="640" height="340" fill="white"/>'
    ]
    for power in range(low, high + 1):
        _, y = place(left, power)
        parts += [
            f'<path d="M60 {y:.0f}H480" stroke="#ddd"/>',
            f'<text x="4" y="{y + 4:.0f}">{10.0**power:g} s</text>',
        ]
    for night in nights:
        x, _ = place(math.log10(night["order_lines"]), low)
        parts.append(f'<text x="{x - 30:.0f}" y="320">{night["order_lines"]:,}</text>')
    for number, (name, line) in enumerate(series.items()):
        colour, width = _COLOURS[number % len(_COLOURS)], 3 if name == OURS else 1.5
        places = [place(*point) for point in sorted(line)]
        path = "L".join(f"{x:.0f} {y:.0f}" for x, y in places)
        parts.append(
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        )
        parts += [
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="3" fill="{colour}"/>'
            for x, y in places
        ]
        parts.append(
            f'<text x="495" y="{60 + 20 * number}" fill="{colour}">{name}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    main()
