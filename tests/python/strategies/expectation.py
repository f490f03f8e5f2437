"""What the gate should make of the files, and then the whole result per date."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from oracle import (
    Inputs,
    LoadedFile,
    OrderLine,
    PublishedDate,
    Result,
    StockRow,
    calculate,
)
from strategies.handwriting import UNREADABLE_PRICES
from strategies.scenario import DrawnDay, OrderFile, Scenario, StockFile
from strategies.writing import order_file_bytes, stock_file_bytes


@dataclass(frozen=True)
class Received:
    """One file as it lies in the inbox, and what stands in it.

    ``bad_rows`` is None for a file that cannot be read at all.
    """

    feed: str
    name: str
    content: bytes
    order_lines: tuple[OrderLine, ...] = ()
    stock_rows: tuple[StockRow, ...] = ()
    bad_rows: int | None = 0

    def loaded(self, status: str) -> LoadedFile:
        good, bad = len(self.order_lines) + len(self.stock_rows), self.bad_rows or 0
        if status == "quarantined":
            return LoadedFile(self.feed, self.name, status, good + bad, 0, good + bad)
        text = _unpacked(self.content)
        return LoadedFile(
            self.feed, self.name, status, good + bad, good, bad,
            sha256=hashlib.sha256(self.content).hexdigest(),
            unreadable_prices=sum(text.count(p.encode()) for p in UNREADABLE_PRICES),
            is_unterminated=".csv" in self.name.lower() and not text.endswith(b"\n"),
        )  # fmt: skip

    def status(self) -> str:
        """Refused as a whole when no row is good, or five and more than 5 % are bad."""
        good, bad = len(self.order_lines) + len(self.stock_rows), self.bad_rows
        if bad is None or (bad and not good):
            return "quarantined"
        if bad >= 5 and bad * 20 > good + bad:
            return "quarantined"
        return "partial" if self.bad_rows else "accepted"


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def received(day: DrawnDay) -> list[Received]:
    """Every file of the date that the gate looks at, under each of its names."""
    files = [_order_file(file, name) for file in day.order_files for name in _of(file)]
    files += [_stock_file(file, name) for file in day.stock_files for name in _of(file)]
    files += [
        Received(stray.feed, stray.name, stray.content, bad_rows=None)
        for stray in day.strays
        if stray.is_refused
    ]
    return files


def _of(file: OrderFile | StockFile) -> list[str]:
    return [file.name] if file.copy_name is None else [file.name, file.copy_name]


def _order_file(file: OrderFile, name: str) -> Received:
    return Received(
        feed="orders",
        name=name,
        content=order_file_bytes(file),
        order_lines=tuple(replace(row, file_name=name) for row in file.rows),
        bad_rows=file.bad_rows,
    )


def _stock_file(file: StockFile, name: str) -> Received:
    content = stock_file_bytes(file)
    return Received("stock", name, content, (), file.rows, file.bad_rows)


def receive(
    day: DrawnDay, timely: DrawnDay | None = None
) -> tuple[list[OrderLine], list[StockRow], list[LoadedFile]]:
    """Accepted rows and the load history: equal bytes count under one name only.

    What ``timely`` does not hold came after the date was published.
    """
    in_time = {(file.feed, file.name) for file in received(timely or day)}
    lines: list[OrderLine] = []
    rows: list[StockRow] = []
    history: list[LoadedFile] = []
    known: set[tuple[str, bytes]] = set()
    for file in sorted(received(day), key=lambda each: each.name.encode()):
        is_known = (file.feed, file.content) in known
        status = "duplicate" if is_known else file.status()
        known.add((file.feed, file.content))
        is_late = (file.feed, file.name) not in in_time
        history.append(replace(file.loaded(status), is_late=is_late))
        if status in {"accepted", "partial"}:
            lines += file.order_lines
            rows += file.stock_rows
    return lines, rows, history


def expected_results(scenario: Scenario) -> list[Result]:
    """One result per date; a refused date leaves no trace for the next."""
    results: list[Result] = []
    history: list[PublishedDate] = []
    for day in scenario.days:
        results.append(calculate(_inputs(scenario, day, history)))
        if not results[-1].refusals:
            history.append(results[-1].published())
    return results


def expected_versions(scenario: Scenario, timely: DrawnDay) -> list[Result]:
    """The first date twice, first with what came in time; then the other dates.

    They look back at the second version. A date that is refused ends the list.
    """
    whole, *others = scenario.days
    results = [calculate(_inputs(scenario, timely, []))]
    if not results[-1].refusals:
        second = replace(
            _inputs(scenario, whole, [], timely),
            version=2,
            former_orders=results[0].orders,
        )
        results.append(calculate(second))
    history: list[PublishedDate] = []
    for day in others:
        if results[-1].refusals:
            break
        history.append(results[-1].published())
        results.append(calculate(_inputs(scenario, day, history)))
    return results


def _inputs(
    scenario: Scenario,
    day: DrawnDay,
    history: Sequence[PublishedDate],
    timely: DrawnDay | None = None,
) -> Inputs:
    lines, rows, loaded = receive(day, timely)
    return Inputs(
        business_date=day.business_date,
        order_lines=lines,
        stock_rows=rows,
        load_history=loaded,
        master=scenario.master,
        variables=scenario.variables,
        history=tuple(history),
    )
