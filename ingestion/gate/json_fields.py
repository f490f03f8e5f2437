"""The contract's keys of one part of a JSON order, and how their values are checked."""

from __future__ import annotations

import json
from typing import Any

from ingestion.contracts import Contract
from ingestion.gate.json_text import Real
from ingestion.gate.tally import MAX_RAW
from ingestion.gate.values import BLANKS, CONSTRAINT, MAX_TEXT, TYPE, check_for

Problem = tuple[str, str, object]  # reason, column, value
NULL = "null"


class Fields:
    """The keys of one part, ``order`` or ``line``."""

    def __init__(self, contract: Contract, part: str) -> None:
        columns = [column for column in contract.columns if column.part == part]
        self.names = tuple(column.name for column in columns)
        #: Members of the JSON object, to be filled with what ``read`` gives.
        self.template = ",".join(f'"{name}":%s' for name in self.names)
        self._fields = tuple(
            (column.name, column.required, column.type == "id", check_for(column))
            for column in columns
        )

    def read(self, found: dict[str, Any], row: list[str]) -> Problem | None:
        """Fill ``row`` with the values as JSON; the first problem, if any.

        A value that has passed its check needs no escape.
        """
        get = found.get
        for name, required, is_id, check in self._fields:
            value = get(name)
            if value is None:
                text = ""
            elif not isinstance(value, str) or (is_id and type(value) is Real):
                return TYPE, name, value
            else:
                text = value.strip(BLANKS)
            if not text:
                if required:
                    return CONSTRAINT, name, value
                row.append(NULL)
                continue
            reason = check(text) if len(text) <= MAX_TEXT else TYPE
            if reason:
                return reason, name, value
            row.append(f'"{text}"')
        return None

    def as_sent(self, found: dict[str, Any]) -> str:
        """The members of an object that the contract names, as JSON text."""
        members = [
            f'"{name}":{_json(found[name])}' for name in self.names if name in found
        ]
        return f"{{{','.join(members)}}}"


def _json(value: Any) -> str:
    """A value as it was sent: a number that was read as text becomes one again."""
    return value if type(value) is Real else json.dumps(value)[:MAX_RAW]
