"""Orders of a form that says by itself that they are fine, landed byte for byte."""

from __future__ import annotations

import re
from typing import Any

from ingestion.contracts import Contract
from ingestion.contracts.senders import Sender
from ingestion.gate.reading import patterns
from ingestion.gate.reading.text import Sink
from ingestion.gate.reading.verdict import Tally

#: A sender writes its keys in one order, or a few where some may be absent.
_MOST_SHAPES = 8


class Runs:
    """Runs of such orders in one file; what they look like is learned from others."""

    def __init__(
        self, contract: Contract, landed: Sink, tally: Tally, sender: Sender | None
    ) -> None:
        self._landed, self._tally = landed, tally
        self._columns = contract.columns
        self._required = {
            one.name
            for one in contract.columns
            if one.part == "line" and (one.required or one.type == "line_number")
        }
        # Rules across columns are held row by row.
        self._is_scanned = not contract.rules and not sender
        self._shapes: tuple[patterns.Shape, ...] = ()
        self._run: Any = None
        self._site = re.compile(
            rf'"{contract.site_column}"[ \t]*:[ \t]*(?:"[^"]*"|[0-9]+)'.encode()
        )
        #: How the last block named its store, as most senders are one.
        self._usual_site = b""

    @property
    def are_looked_for(self) -> bool:
        """Whether lines may be landed byte for byte."""
        return self._run is not None or (self._is_scanned and not self._shapes)

    def lines(self, block: bytes, start: int) -> tuple[int, int]:
        """Land the lines from a position on that need no look; where they end."""
        end = int(self._run.match(block, start).end()) if self._run else start
        if end == start:
            return start, 0
        number = block.count(b"\n", start, end)
        self._land(block[start:end], number)
        return end, number

    def elements(self, piece: bytes, start: bytes) -> bool:
        """Land elements of an array that need no look, if all of a piece are such.

        ``start`` is what each of them begins with.
        """
        piece = piece.strip(b" \t\r\n")
        if not self._run or not piece or not self._run.fullmatch(piece + b","):
            return False
        # No string of a fit element holds a quote, as the beginning of one does.
        between = re.compile(rb",[ \t\r\n]*" + re.escape(start))
        lines, number = between.subn(b"\n" + start, piece)
        self._land(lines + b"\n", number + 1)
        return True

    def _land(self, lines: bytes, number: int) -> None:
        """Land a number of lines as they are."""
        # Every line has one brace more than it has rows.
        self._tally.accepted += lines.count(b"{") - number
        if not self._usual_site or lines.count(self._usual_site) != number:
            members = set(self._site.findall(lines))
            self._tally.site_ids |= {
                member.partition(b":")[2].strip(b' \t"').decode() for member in members
            }
            # One without quotes could be the beginning of another.
            quoted = [member for member in members if member.endswith(b'"')]
            self._usual_site = quoted[0] if quoted else b""
        self._landed.write(lines)

    def learn(self, shape: patterns.Shape, *, in_array: bool) -> None:
        """Be shown an order that is fine: others of its sender may look alike."""
        is_new = shape not in self._shapes and len(self._shapes) < _MOST_SHAPES
        if self._is_scanned and is_new and self._required <= set(shape[1]):
            self._shapes += (shape,)
            end = patterns.COMMA if in_array else patterns.LINE_END
            self._run = patterns.json_orders(self._columns, self._shapes, end)
