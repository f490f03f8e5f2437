"""CSV rows that are landed as they were sent: runs of them are taken at once.

A row is fit when every cell is proved fine by its pattern alone, without blanks and
quotes, and the file has the contract's columns in the contract's order.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ingestion.contracts import Column, Contract
from ingestion.gate import proofs
from ingestion.gate.csv_text import CsvReader
from ingestion.gate.drafts import Sink
from ingestion.gate.source import CHUNK
from ingestion.gate.tally import Tally

#: Rows read one by one, at most, before a run is looked for again.
_MOST_PATIENCE = 1024


class FitRows:
    """Takes the runs of fit rows that begin where a reader stands."""

    def __init__(self, contract: Contract, landed: Sink, tally: Tally) -> None:
        self._run = _run(contract.columns)
        names = [column.name for column in contract.columns]
        before = r"[^,\n]*," * names.index(contract.site_column)
        self._site = re.compile(rf"^{before}([^,\n]*)".encode(), re.MULTILINE)
        self._landed = landed
        self._tally = tally
        self._patience = 0
        self._waited = 0

    def take(self, reader: CsvReader) -> None:
        """Take a run, if there is one and it is worth looking."""
        if self._waited < self._patience:
            self._waited += 1
            return
        block = reader.lines.whole_lines(CHUNK)
        end = self._run.match(block).end()
        self._take(block[:end], reader)
        reader.lines.put_back(block[end:])
        self._waited = 0
        # Where no row is fit, looking for them must not cost more than reading them.
        self._patience = 0 if end else min(2 * self._patience + 1, _MOST_PATIENCE)

    def _take(self, rows: bytes, reader: CsvReader) -> None:
        number = rows.count(b"\n")
        reader.pass_lines(number)
        self._tally.accepted += number
        sites = set(self._site.findall(rows)) - {b""}
        self._tally.site_ids.update(site.decode() for site in sites)
        self._landed.write(rows.replace(b"\r\n", b"\n"))


def is_as_landed(
    contract: Contract, places: tuple[int | None, ...], width: int
) -> bool:
    """Whether a file has the contract's columns in order, and no others.

    Rules across columns are held row by row.
    """
    if contract.rules:
        return False
    return places == tuple(range(width)) and width == len(contract.columns)


@lru_cache(maxsize=16)
def _run(columns: tuple[Column, ...]) -> Any:
    row = ",".join(_cell(column) for column in columns)
    return proofs.compiled(rf"(?:{row}\r?\n)*")


def _cell(column: Column) -> str:
    proof = {"id": proofs.ID, "timestamp": proofs.TIMESTAMP}.get(column.type)
    proof = proof or proofs.number(column) or proofs.NOTHING
    return rf"(?:{proof})" if column.required else rf"(?:{proof})?"
