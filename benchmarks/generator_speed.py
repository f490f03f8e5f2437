"""How many order lines a second ``generate`` writes, per make of till, and its memory.

    python benchmarks/generator_speed.py [--order-lines 1000000] [--dates 3] [--least N]

Each make is a process of its own, which writes ``--dates`` dates of 200 stores and
20,000 SKUs with as many processes as ``generate`` starts. Printed are lines by second
of wall clock and by second of processor time, and the largest process. Fewer than
``--least`` lines a second of wall clock end with 1.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
FIRST = date(2026, 1, 1)


def main() -> int:
    """Measure both makes; 1 when one is slower than asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--order-lines", type=int, default=1_000_000)
    parser.add_argument("--dates", type=int, default=3)
    parser.add_argument("--least", type=int, default=0)
    given = parser.parse_args()
    rates = [_rate(make, given.order_lines, given.dates) for make in ("jsonl", "csv")]
    return int(min(rates) < given.least)


def _rate(make: str, order_lines: int, dates: int) -> float:
    last = FIRST + timedelta(days=dates - 1)
    with tempfile.TemporaryDirectory(prefix="generator-speed-") as folder:
        before, begin = _processor_seconds(), time.monotonic()
        done = subprocess.run(  # noqa: S603  this project's own program
            [
                *(sys.executable, "-m", "ingestion", "generate", "--makes", make),
                *("--order-lines", str(order_lines), "--stores", "200"),
                *("--skus", "20000", "--from", str(FIRST), "--to", str(last)),
                *("--out", f"{folder}/inbox", "--master-out", f"{folder}/master"),
            ],
            cwd=PROJECT,
            check=True,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - begin
        used = _processor_seconds() - before
    found = re.search(r"([\d,]+) order lines", done.stdout)
    lines = int(found[1].replace(",", "")) if found else 0
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{make:6} {lines:,} lines in {seconds:.1f} s: {lines / seconds:,.0f} "
        f"a second, {lines / used:,.0f} a second of one core, {peak:.0f} MB"
    )
    return lines / seconds


def _processor_seconds() -> float:
    """Of all processes that have ended, and those that they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main())
