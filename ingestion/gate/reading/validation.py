"""One file's content against its contract, as a stream in constant memory."""

from __future__ import annotations

import io
from collections.abc import Callable

from ingestion.contracts import Contract
from ingestion.contracts.senders import Sender
from ingestion.gate.reading.csv.table import read_csv
from ingestion.gate.reading.json.documents import read_json
from ingestion.gate.reading.json.orders import JsonOrders
from ingestion.gate.reading.text import Sink, open_lines
from ingestion.gate.reading.verdict import (
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
    sender: Sender | None = None,
    file_name: str = "",
) -> Verdict:
    """Check a file, writing what is accepted to ``landed`` as it goes.

    What has been written counts only if the verdict has no reason: a file can
    turn out to be refused at its very end.
    ``file_name`` is as received: a sender may take a part of it for a value.
    """
    tally = Tally(on_reject)
    try:
        encoding = sender.encoding if sender else "utf-8"
        lines = open_lines(content, compression, encoding)
        if contract.format == "json":
            orders = JsonOrders(contract, landed, tally, sender, file_name)
            read_json(lines, orders, tally, sender.orders_under if sender else None)
        else:
            read_csv(lines, contract, landed, tally, sender, file_name)
    except FileRefusedError as error:
        return unreadable(error)
    return tally.verdict(contract)
