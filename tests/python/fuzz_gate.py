"""Fuzzes the gate: dirty files damaged further, for as long as asked.

    python tests/python/fuzz_gate.py --seconds 600

Whatever the bytes, the gate gives a verdict that adds up, gives the same one when it
reads row by row, and what it lands reads in DuckDB as the values that it saw.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dirty_files import dirty_files
from gate_files import (
    ORDER_COLUMNS,
    STOCK_COLUMNS,
    Checked,
    alike,
    check,
    one_by_one,
)
from ingestion.contracts.senders import Sender, sender_named
from ingestion.gate.history.names import reading_of
from ingestion.gate.inbox import FORMATS
from test_gate_senders import EXAMPLES

#: Larger ones are cases of their own, and would be all that the time is spent on.
_MOST_BYTES = 20_000
_HEADER = "order_id varchar, store_id varchar, pos_id varchar, ordered_at varchar"
_LINE = "line_number varchar, sku_id varchar, quantity varchar, unit_price varchar"
_TOKENS = [
    *(bytes([value]) for value in b'{}[],:;"\\ \t\n\r\x00\xff/=+-0'),
    *b"null true NaN 1e3 -0 0.001 00 9999999999.999 \\u0000 \\ud800 /* {} []".split(),
    *(b"\r\n", b'""', b'\\"', b"\xef\xbb\xbf", b"\xed\xa0\x80"),
    *(b'"lines":[]', b'"sku_id":"B"', b'"Sku_Id":1', b"\xc3\xa4"),
]
_NUMBER = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,4})?")

Change = tuple[str, int, int, bytes]


@dataclass(frozen=True)
class Seed:
    """A file to begin with."""

    content: bytes
    feed: str
    file_format: str
    compression: str | None = None
    sender: Sender | None = None
    file_name: str = ""


def _seeds() -> list[Seed]:
    found = []
    for name, (file_name, content, _) in EXAMPLES.items():
        known = sender_named(name)
        assert known is not None
        kind = known.feed, known.format
        # As many as make them common among the others.
        found += [Seed(content, *kind, None, known, file_name)] * 20
    for case in dirty_files():
        reading = reading_of(case.name)
        is_known = reading and reading.format in FORMATS[case.feed]
        if reading and is_known and len(case.content) <= _MOST_BYTES:
            seed = Seed(case.content, case.feed, reading.format, reading.compression)
            found.append(seed)
    return found


SEEDS = _seeds()
_change = st.tuples(
    st.sampled_from(["insert", "replace", "delete", "repeat", "cut"]),
    st.integers(0, _MOST_BYTES),
    st.integers(1, 40),
    st.one_of(st.sampled_from(_TOKENS), st.binary(max_size=4)),
)


def damaged_files(seed: Seed, changes: list[Change], whole: bool) -> None:
    """What must hold for one damaged file."""
    content, feed, file_format = seed.content, seed.feed, seed.file_format
    for change in changes:
        content = _changed(content, change)
    share = "1" if whole else "0.05"
    kind: dict[str, Any] = {
        "feed": feed,
        "compression": seed.compression,
        "share": share,
        "sender": seed.sender,
        "file_name": seed.file_name,
    }
    checked = check(content, file_format, **kind)

    _adds_up(checked)
    with one_by_one():
        assert alike(check(content, file_format, **kind)) == alike(checked)
    if checked.verdict.rows_accepted:
        read = _read_by_duckdb(checked, feed, file_format)
        assert list(map(_typed, read)) == list(map(_typed, _seen(checked, file_format)))


damaged = given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(_change, max_size=6),
    whole=st.booleans(),
)


def _changed(content: bytes, change: Change) -> bytes:
    kind, place, length, token = change
    # From the end as often as from the beginning, which is where good rows are.
    place = len(content) - place % (len(content) + 1)
    before, rest = content[:place], content[place:]
    return {
        "insert": before + token + rest,
        "replace": before + token + rest[len(token) :],
        "delete": before + rest[length:],
        "repeat": before + rest[:length] + rest,
        "cut": before,
    }[kind]


def _adds_up(checked: Checked) -> None:
    verdict = checked.verdict
    assert verdict.rows_read == verdict.rows_accepted + verdict.rows_refused
    assert sum(verdict.refused_by_reason.values()) == verdict.rows_refused
    assert bool(verdict.reason) == bool(verdict.reason_message)
    assert all(reject.message for reject in checked.rejects)
    if verdict.reason is None:
        assert len(checked.rejects) == verdict.rows_refused
    assert all(reject.line >= 1 for reject in checked.rejects)


def _seen(checked: Checked, file_format: str) -> list[tuple[str | None, ...]]:
    """The landed rows by a plain reader of the standard library."""
    if file_format == "csv":
        table = csv.reader(io.StringIO(checked.landed.decode()))
        next(table)
        return [(*row,) for row in table]
    rows: list[tuple[str | None, ...]] = []
    for text in checked.landed.decode().splitlines():
        pairs = json.loads(
            text, parse_int=str, parse_float=str, object_pairs_hook=_distinct
        )
        header = [pairs.get(name) for name in _names(_HEADER)]
        rows += [
            (*header, *(line.get(name) for name in _names(_LINE)))
            for line in pairs["lines"]
        ]
    assert len(rows) == checked.verdict.rows_accepted
    return rows


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name.lower() for name, _ in pairs]
    assert len(set(names)) == len(names), "Hive takes keys without regard to case"
    return dict(pairs)


def _read_by_duckdb(
    checked: Checked, feed: str, file_format: str
) -> list[tuple[str | None, ...]]:
    with tempfile.NamedTemporaryFile(suffix=f".{file_format}") as file:
        file.write(checked.landed)
        file.flush()
        if file_format == "csv":
            columns = STOCK_COLUMNS if feed == "stock" else ORDER_COLUMNS
            types = ", ".join(f"'{name}': 'varchar'" for name in columns.split(","))
            found = _DATABASE.execute(
                f"from read_csv('{file.name}', auto_detect = false, header = true, "
                f"delim = ',', quote = '', escape = '', columns = {{{types}}})"
            ).fetchall()
            return [tuple(cell or "" for cell in row) for row in found]
        types = ", ".join(f"'{name}': 'varchar'" for name in _names(_HEADER))
        return _DATABASE.execute(
            f"select {', '.join(_names(_HEADER))}, "
            f"{', '.join(f'line.{name}' for name in _names(_LINE))} "
            f"from (select *, unnest(lines) as line from read_json('{file.name}', "
            f"format = 'newline_delimited', columns = {{{types}, "
            f"'lines': 'struct({_LINE})[]'}}))"
        ).fetchall()


def _typed(row: tuple[str | None, ...]) -> tuple[object, ...]:
    """Numbers as decimals: DuckDB gives those of JSON with other zeros at the end."""
    return tuple(
        Decimal(cell) if cell and _NUMBER.fullmatch(cell) else cell for cell in row
    )


def _names(columns: str) -> list[str]:
    return [column.split()[0] for column in columns.split(", ")]


def main() -> int:
    """Fuzz until the time is over; a finding is raised with the bytes it needs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    end = time.monotonic() + parser.parse_args().seconds
    rounds = 0
    while time.monotonic() < end:
        once = settings(
            max_examples=200,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        once(damaged(damaged_files))()
        rounds += 1
    print(f"{rounds * 200:,} damaged files, nothing found")
    return 0


_DATABASE = duckdb.connect()

if __name__ == "__main__":
    sys.exit(main())
