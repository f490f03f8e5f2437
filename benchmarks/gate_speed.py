"""How much longer the gate takes to validate and land files than DuckDB to read them.

    python benchmarks/gate_speed.py [--orders 100000] [--workers N] [--rounds 5]
                                    [--form NAME ...] [--most 4]

Both sides run in a warm process on the same files, orders of three lines each, in every
form that the contracts allow, and in a mix of those that tills write. DuckDB reads,
unnests and sums the quantities per SKU with two threads; the gate validates every row
and lands the files in a lake of their own. The medians, their ratio and the peak
memory of both (this process and its workers) are printed. A ratio of the mix above
``--most`` ends with 1.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import psutil  # type: ignore[import-untyped]

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ingestion.gate import receive
from ingestion.gate.workers import Workers
from ingestion.lake import LocalLake

DAY = date(2026, 1, 1)
LINES = 3
_HEADER = "order_id,store_id,pos_id,ordered_at,line_number,sku_id,quantity,unit_price"
_JSON = """
    select line.sku_id as sku_id, line.quantity as quantity
    from (
        select unnest(lines) as line
        from read_json({files}, format = '{kind}', columns = {{
            'order_id': 'varchar', 'store_id': 'varchar', 'pos_id': 'varchar',
            'ordered_at': 'varchar',
            'lines': 'struct(line_number integer, sku_id varchar,
                quantity decimal(18, 3), unit_price decimal(18, 4))[]'
        }})
    )
"""
_CSV = """
    select sku_id, cast(quantity as decimal(18, 3)) as quantity
    from read_csv({files}, header = true, all_varchar = true, delim = '{delimiter}')
"""
Order = dict[str, Any]
Write = Callable[[Iterable[Order]], str]


@dataclass(frozen=True)
class Form:
    """A way to write orders.

    Attributes:
        query: how DuckDB reads them, without the files.
    """

    extension: str
    write: Write
    query: str


def _json_lines(orders: Iterable[Order], **options: Any) -> str:
    return "".join(f"{json.dumps(order, **options)}\n" for order in orders)


def _json_array(orders: Iterable[Order], **options: Any) -> str:
    return json.dumps(list(orders), **options)


def _with_more(orders: Iterable[Order]) -> Iterator[Order]:
    """Keys that nobody reads, as tills add them."""
    for order in orders:
        yield {**order, "cashier": "M\u00fcller", "payment": {"kind": "cash"}}


def _csv(
    orders: Iterable[Order],
    *,
    delimiter: str = ",",
    quote: str = "",
    backwards: bool = False,
    note: str = "",
) -> str:
    step = -1 if backwards else 1
    rows = [_HEADER.split(",") + (["note"] if note else [])]
    for order in orders:
        head = [order[name] for name in rows[0][:4]]
        rows += [
            [*head, *map(str, line.values())] + ([note] if note else [])
            for line in order["lines"]
        ]
    return "".join(
        f"{delimiter.join(f'{quote}{cell}{quote}' for cell in row[::step])}\n"
        for row in rows
    )


def _lines_query(kind: str) -> str:
    return _JSON.replace("{kind}", kind)


_READ_LINES, _READ_ARRAY = _lines_query("newline_delimited"), _lines_query("array")
_READ_CSV = _CSV.replace("{delimiter}", ",")
FORMS = {
    "json lines": Form("jsonl", _json_lines, _READ_LINES),
    "json lines gz": Form("jsonl.gz", _json_lines, _READ_LINES),
    "json lines, unknown keys": Form(
        "jsonl", lambda orders: _json_lines(_with_more(orders)), _READ_LINES
    ),
    "json array": Form("json", _json_array, _READ_ARRAY),
    "json array, indented": Form(
        "json", partial(_json_array, indent=2, sort_keys=True), _READ_ARRAY
    ),
    "csv": Form("csv", _csv, _READ_CSV),
    "csv gz": Form("csv.gz", _csv, _READ_CSV),
    "csv, other order": Form("csv", partial(_csv, backwards=True), _READ_CSV),
    "csv, semicolons": Form(
        "csv", partial(_csv, delimiter=";", note="x"), _CSV.replace("{delimiter}", ";")
    ),
    "csv, all quoted": Form("csv", partial(_csv, quote='"'), _READ_CSV),
    "csv, quoted commas": Form(
        "csv", partial(_csv, note='"Tea, 250 g"'), _READ_CSV
    ),
}  # fmt: skip
#: What a day's inbox is made of.
MIX = ("json lines", "json array", "csv", "csv, semicolons", "json lines gz")


def main() -> int:
    """Measure both sides of every form; 1 when the mix is slower than allowed."""
    given = _arguments()
    chosen = {name: (name,) for name in FORMS} | {"mix": MIX}
    ratios = {
        name: _measure(name, chosen[name], given) for name in given.form or chosen
    }
    return int(ratios.get("mix", 0) > given.most)


def _measure(name: str, forms: Sequence[str], given: argparse.Namespace) -> float:
    with tempfile.TemporaryDirectory(prefix="gate-speed-") as folder:
        place = Path(folder)
        size = write_orders(place / "inbox", given.orders, given.files, forms)
        sides = (_summing(place / "inbox", forms), _landing(place, given))
        with _PeakMemory() as memory:
            summing, landing = _medians(sides, given.rounds)
    lines = given.orders * LINES
    ratio = landing / summing
    print(
        f"{name:26} {size / 1e6:5.0f} MB  DuckDB {summing:6.2f} s"
        f"  gate {landing:6.2f} s  {landing / lines * 1e6:5.2f} us a line"
        f"  ratio {ratio:5.2f}"
        f"  {memory.peak / 1e6:5.0f} MB"
    )
    return ratio


def write_orders(
    inbox: Path, orders: int, files: int, forms: Sequence[str] = ("json lines",)
) -> int:
    """Write the same orders at every call, file by file in turn; the bytes."""
    chance = random.Random(1)  # noqa: S311  made-up data
    folder = inbox / "orders" / DAY.isoformat()
    folder.mkdir(parents=True)
    total = 0
    for number in range(files):
        form = FORMS[forms[number % len(forms)]]
        path = folder / f"store-{number:02}.{form.extension}"
        made = (_order(n, number, chance) for n in range(number, orders, files))
        content = form.write(made).encode()
        packs = form.extension.endswith(".gz")
        path.write_bytes(gzip.compress(content, 6, mtime=0) if packs else content)
        total += path.stat().st_size
    return total


def _order(number: int, store: int, chance: random.Random) -> Order:
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


def _summing(inbox: Path, forms: Sequence[str]) -> Callable[[], None]:
    database = duckdb.connect(config={"threads": 2})
    paths = sorted((inbox / "orders" / str(DAY)).iterdir())
    parts = [
        FORMS[form].query.format(
            files=[str(path) for path in paths[place :: len(forms)]]
        )
        for place, form in enumerate(forms)
    ]
    rows = " union all ".join(parts)
    query = f"select sku_id, sum(quantity) from ({rows}) group by all"  # noqa: S608
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
    parser.add_argument("--orders", type=int, default=100_000)
    parser.add_argument("--form", action="append", choices=[*FORMS, "mix"])
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, help="default: one per core")
    parser.add_argument(
        "--most", type=float, default=4.0, help="ratio allowed of the mix"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
