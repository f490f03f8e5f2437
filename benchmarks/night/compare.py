"""The same night by this project and by hand-written scripts, side by side.

    make benchmarks SIZES="1000000 10000000"

For each number of order lines the generator makes up a night. Each side reads that
inbox and the master data, and writes its orders; its time counts only where its lines
(supplier, article, quantity, amount) are ours, all of them. Sides take turns: once
cold, with the files out of the system's cache, which also warms up, then so many
rounds. Results go to benchmarks/results/night.json, from which page.py writes
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from benchmarks.night.measure import FailedError, Measured, evict, measure

DAY = "2026-01-01"
HERE = Path(__file__).parent
ROOT = HERE.parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "night.json"
OURS = "this project"
SCRIPTS = ("duckdb", "polars", "pandas")

Lines = dict[tuple[str, str], tuple[Decimal, Decimal | None]]


@dataclass
class Side:
    """Who computes the night: how it is started, where its orders are, its points."""

    name: str
    command: list[str]
    environment: dict[str, str]
    orders: Path
    stages: Callable[[str], dict[str, float]]
    points: list[dict[str, Any]] = field(default_factory=list)
    failure: str | None = None

    def run(self, state: str, limit: float) -> None:
        """One point, unless a former one has failed."""
        if self.failure:
            return
        shutil.rmtree(self.orders, ignore_errors=True)
        if lake := self.environment.get("PROCUREMENT_LAKE"):
            shutil.rmtree(lake, ignore_errors=True)
        try:
            measured = measure(self.command, self.environment, limit)
        except FailedError as error:
            self.failure = str(error)
            return
        self.points.append(self._point(state, measured))

    def _point(self, state: str, measured: Measured) -> dict[str, Any]:
        return {
            "cache": state,
            "seconds": measured.seconds,
            "processor_seconds": measured.processor,
            "peak_mb": round(measured.peak_bytes / 1e6),
            "stages": self.stages(measured.output),
        }

    def result(self) -> dict[str, Any]:
        """All points and the median of the warm ones, or of the cold one alone."""
        warm = [
            point for point in self.points if point["cache"] == "warm"
        ] or self.points
        return {
            "side": self.name,
            "failure": self.failure,
            "points": self.points,
            **{
                key: round(statistics.median(point[key] for point in warm), 2)
                for key in ("seconds", "processor_seconds", "peak_mb")
                if warm and not self.failure
            },
        }


def main() -> int:
    """Compare every size; 1 when a script's orders are not ours."""
    given = _arguments()
    results: dict[str, Any] = {"machine": machine(), "nights": []}
    for order_lines in given.sizes:
        results["nights"].append(compare(order_lines, given))
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    failures = [
        f"{night['order_lines']:,} {side['side']}: {side['failure']}"
        for night in results["nights"]
        for side in night["sides"]
        if side["failure"]
    ]
    sys.stdout.writelines(f"{failure}\n" for failure in failures)
    return bool(failures)


def compare(order_lines: int, given: argparse.Namespace) -> dict[str, Any]:
    """The points of all sides for one night."""
    home = ROOT / "big" / str(order_lines)
    stores = max(8, min(500, order_lines // 5000))
    if not (home / "master").exists():
        run_ours(
            "generate", "--stores", str(stores), "--skus", str(stores * 100),
            "--order-lines", str(order_lines), "--from", DAY, "--to", DAY,
            "--out", str(home / "inbox"), "--master-out", str(home / "master"),
        )  # fmt: skip
        # Of a sender whose columns have other names, of which the scripts know nothing.
        for file in (home / "inbox").rglob("tabtill_*"):
            file.unlink()
    sides = [_ours(home), *(_script(name, home) for name in SCRIPTS)]
    run_ours(
        "master",
        "load",
        "--from",
        str(home / "master"),
        environment=sides[0].environment,
    )
    for round_number in range(given.rounds + 1):
        for side in sides:
            if round_number == 0:
                evict([home / "inbox", home / "master"])
            side.run("warm" if round_number else "cold", given.limit)
    expected = lines_of(sides[0].orders)
    for side in sides[1:]:
        if not side.failure and lines_of(side.orders) != expected:
            side.failure = "its orders are not ours"
    return {
        "order_lines": order_lines,
        "files": sum(file.is_file() for file in (home / "inbox").rglob("*")),
        "inbox_mb": round(
            sum(f.stat().st_size for f in (home / "inbox").rglob("*")) / 1e6
        ),
        "lines_ordered": len(expected),
        "sides": [side.result() for side in sides],
    }


def run_ours(*arguments: str, environment: dict[str, str] | None = None) -> None:
    """A command of this project whose time does not count."""
    measure([sys.executable, "-m", "ingestion", *arguments], environment or {}, 36_000)


def _ours(home: Path) -> Side:
    lake = home / "lake"
    return Side(
        OURS,
        [sys.executable, str(ROOT / "run_batch.py"), "--date", DAY, "--json",
         "--inbox", str(home / "inbox")],
        {"PROCUREMENT_LAKE": str(lake), "PROCUREMENT_STATE": str(home / "state")},
        lake / "output" / "supplier_orders" / DAY,
        lambda output: json.loads(output)["dates"][0]["seconds"],
    )  # fmt: skip


def _script(name: str, home: Path) -> Side:
    out = home / name
    return Side(
        f"{name} script",
        [str(ROOT / ".venv/benchmarks/bin/python"), str(HERE / f"{name}_script.py"),
         str(home / "inbox"), str(home / "master"), str(out), DAY],
        {"POLARS_MAX_THREADS": str(os.cpu_count())},
        out,
        lambda output: dict(json.loads(output.splitlines()[-1])),
    )  # fmt: skip


def lines_of(orders: Path) -> Lines:
    """Quantity and amount by supplier and article, exactly."""
    lines: Lines = {}
    for file in orders.glob("*.json"):
        if file.name == "manifest.json":
            continue
        order = json.loads(
            file.read_text("utf-8"), parse_float=Decimal, parse_int=Decimal
        )
        supplier_id = order.get("supplier_id") or order["supplier"]["supplier_id"]
        for line in order["lines"]:
            amount = line["line_amount"]
            lines[supplier_id, line["sku_id"]] = (
                round(line["ordered_quantity"], 3),
                None if amount is None else round(amount, 2),
            )
    return lines


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "load_before": round(os.getloadavg()[0], 1),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "sizes", nargs="*", type=int, default=[1_000_000], metavar="LINES"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="warm points of each side"
    )
    parser.add_argument(
        "--limit", type=float, default=1800, help="seconds allowed to one"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
