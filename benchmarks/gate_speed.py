"""How much longer the gate takes to validate and land files than DuckDB to sum them.

    python benchmarks/gate_speed.py [--orders 600000] [--workers N] [--rounds 5]

Both sides run in a warm process on the same files: nested JSON orders of three lines
each, one order a line. DuckDB reads, unnests and sums the quantities per SKU with two
threads; the gate validates every row and lands the files in a lake of their own. The
medians, their ratio and the peak memory of both (this process and its workers) are
printed; a ratio above ``--most`` ends with 1.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, timezone
from pathlib import Path

import duckdb
import psutil  # type: ignore[import-untyped]

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ingestion.gate import receive
from ingestion.gate.workers import Workers
from ingestion.lake import LocalLake

DAY = date(2026, 1, 1)
LINES = 3
_READ = """
    select line.sku_id, sum(line.quantity)
    from (
        select unnest(lines) as line
        from read_json('{files}', format = 'newline_delimited', columns = {{
            'order_id': 'varchar', 'store_id': 'varchar', 'pos_id': 'varchar',
            'ordered_at': 'varchar',
            'lines': 'struct(line_number integer, sku_id varchar,
                quantity decimal(18, 3), unit_price decimal(18, 4))[]'
        }})
    )
    group by all
"""


def main() -> int:
    """Measure both sides; 1 when the gate is slower than allowed."""
    given = _arguments()
    with tempfile.TemporaryDirectory(prefix="gate-speed-") as folder:
        place = Path(folder)
        size = write_orders(place / "inbox", given.orders, given.files)
        print(
            f"{given.orders:,} orders, {given.orders * LINES:,} lines, "
            f"{given.files} files, {size / 1e6:.0f} MB"
        )
        sides = (_summing(place / "inbox"), _landing(place, given))
        with _PeakMemory() as memory:
            summing, landing = _medians(sides, given.rounds)
    ratio = landing / summing
    print(f"DuckDB reads and sums   {summing:6.2f} s, 2 threads")
    print(f"gate validates, lands   {landing:6.2f} s, {given.workers or 'all'} workers")
    print(f"ratio                   {ratio:6.2f}   (medians of {given.rounds}, warm)")
    print(f"peak memory, both       {memory.peak / 1e6:6.0f} MB")
    return int(ratio > given.most)


def write_orders(inbox: Path, orders: int, files: int) -> int:
    """Write the same orders at every call; the number of bytes."""
    chance = random.Random(1)  # noqa: S311  made-up data
    folder = inbox / "orders" / DAY.isoformat()
    folder.mkdir(parents=True)
    total = 0
    for number in range(files):
        path = folder / f"store-{number:02}.jsonl"
        with path.open("w") as stream:
            for order in range(number, orders, files):
                stream.write(json.dumps(_order(order, number, chance)) + "\n")
        total += path.stat().st_size
    return total


def _order(number: int, store: int, chance: random.Random) -> dict[str, object]:
    return {
        "order_id": f"O{number:08}",
        "store_id": f"S{store:03}",
        "pos_id": f"POS-{number % 4}",
        "ordered_at": f"2026-01-01T{8 + number % 14:02}:{number % 60:02}:00+01:00",
        "lines": [
            {
                "line_number": line,
                "sku_id": f"SKU-{chance.randrange(20_000):05}",
                "quantity": chance.randrange(1, 20),
                "unit_price": chance.randrange(100, 10_000) / 100,
            }
            for line in range(1, LINES + 1)
        ],
    }


def _summing(inbox: Path) -> Callable[[], None]:
    database = duckdb.connect(config={"threads": 2})
    query = _READ.format(files=f"{inbox}/orders/{DAY}/*")
    return lambda: _discard(database.execute(query).fetchall())


def _landing(place: Path, given: argparse.Namespace) -> Callable[[], None]:
    lake = place / "lake"
    workers = Workers(given.workers)

    def land() -> None:
        history = receive(
            LocalLake(lake),
            place / "inbox",
            DAY,
            run_id="benchmark",
            received_at=datetime.now(timezone.utc),
            workers=workers,
        )
        accepted = sum(file.rows_accepted for file in history)
        if accepted != given.orders * LINES:
            raise AssertionError(f"{accepted} rows were accepted")

    land.prepare = lambda: shutil.rmtree(lake, ignore_errors=True)  # type: ignore[attr-defined]
    return land


def _medians(sides: Sequence[Callable[[], None]], rounds: int) -> list[float]:
    """Median of some rounds after one that warms up; the sides take turns."""
    seconds: list[list[float]] = [[] for _ in sides]
    for _ in range(rounds + 1):
        for side, measured in zip(sides, seconds, strict=True):
            getattr(side, "prepare", lambda: None)()
            begin = time.perf_counter()
            side()
            measured.append(time.perf_counter() - begin)
    return [statistics.median(measured[1:]) for measured in seconds]


class _PeakMemory:
    """Largest sum of resident memory of this process and its children."""

    def __enter__(self) -> _PeakMemory:
        self.peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._ended.wait(0.05):
            total = 0
            for one in (process, *process.children(recursive=True)):
                with suppress(psutil.Error):
                    total += one.memory_info().rss
            self.peak = max(self.peak, total)


def _discard(_: object) -> None:
    """The rows are of no further use."""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=600_000)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, help="default: one per core")
    parser.add_argument("--most", type=float, default=5.0, help="ratio allowed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
