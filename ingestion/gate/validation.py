"""One file's content against its contract, as a stream in constant memory."""

from __future__ import annotations

import io
from collections.abc import Callable

from ingestion.contracts import Contract
from ingestion.gate.csv_rows import read_csv
from ingestion.gate.drafts import Sink
from ingestion.gate.json_file import read_json
from ingestion.gate.json_orders import JsonOrders
from ingestion.gate.source import open_lines
from ingestion.gate.tally import (
    FileRefusedError,
    Reject,
    Tally,
    Verdict,
    unreadable,
)


def validate(
    content: io.RawIOBase,
    compression: str | None,
    contract: Contract,
    landed: Sink,
    on_reject: Callable[[Reject], None],
    sender: str | None = None,
) -> Verdict:
    """Check a file, writing what is accepted to ``landed`` as it goes.

    What has been written counts only if the verdict has no reason: a file can
    turn out to be refused at its very end.
    """
    tally = Tally(on_reject)
    try:
        lines = open_lines(content, compression)
        if contract.format == "json":
            read_json(lines, JsonOrders(contract, landed, tally, sender), tally)
        else:
            read_csv(lines, contract, landed, tally, sender)
    except FileRefusedError as error:
        return unreadable(error)
    return tally.verdict(contract)
