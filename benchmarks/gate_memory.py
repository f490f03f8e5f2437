"""That the gate's memory does not grow with a file's size.

    python benchmarks/gate_memory.py [--gigabytes 5]

Writes one file of JSON orders of that size, lands it, and prints the peak of resident
memory beside that of a file of a hundredth of the size; ends with 1 when they differ by
more than ``--most`` MB. Needs twice the size on disk, in the folder that TMPDIR names.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ingestion.gate import receive
from ingestion.lake import LocalLake

DAY = date(2026, 1, 1)
_ORDERS = 10_000


def main() -> int:
    """Measure a small and a large file, each in a process of its own."""
    given = _arguments()
    if given.land:
        return _land(given.land)
    size = int(given.gigabytes * 1e9)
    small, large = (_measured(bytes_) for bytes_ in (size // 100, size))
    return int(large - small > given.most)


def _measured(size: int) -> float:
    """Land a file of about this size; peak memory in MB."""
    with tempfile.TemporaryDirectory(prefix="gate-memory-") as folder:
        place = Path(folder)
        written = _write(place / "inbox" / "orders" / DAY.isoformat(), size)
        begin = time.monotonic()
        command = [sys.executable, __file__, "--land", folder]
        done = subprocess.run(  # noqa: S603  this very program
            command, check=True, capture_output=True, text=True
        )
        seconds = time.monotonic() - begin
        shutil.rmtree(place / "inbox")
    rows, peak = done.stdout.split()
    print(
        f"{written / 1e9:6.2f} GB, {int(rows):,} rows landed in {seconds:,.0f} s, "
        f"peak memory {float(peak):.0f} MB"
    )
    return float(peak)


def _write(folder: Path, size: int) -> int:
    """Some orders over and over: their numbers repeat, which the gate does not mind."""
    folder.mkdir(parents=True)
    line = {"line_number": 1, "sku_id": "SKU-00001", "quantity": 2, "unit_price": 3.2}
    header = {
        "store_id": "S1",
        "ordered_at": "2026-01-01T10:00:00Z",
        "lines": [line] * 3,
    }
    block = "".join(
        json.dumps({"order_id": f"O{number}", **header}) + "\n"
        for number in range(_ORDERS)
    ).encode()
    written = 0
    with (folder / "large.jsonl").open("wb") as stream:
        while written < size:
            written += stream.write(block)
    return written


def _land(place: Path) -> int:
    now = datetime.now(timezone.utc)
    history = receive(
        LocalLake(place / "lake"),
        place / "inbox",
        DAY,
        run_id="benchmark",
        received_at=now,
    )
    rows = sum(file.rows_accepted for file in history)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux says kilobytes, macOS bytes.
    print(rows, peak / (1e6 if sys.platform == "darwin" else 1e3))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=5.0)
    parser.add_argument("--most", type=float, default=20.0, help="MB of difference")
    parser.add_argument("--land", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
