"""Rules across the columns of one row."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal

from ingestion.contracts import Contract, Rule
from ingestion.gate.tally import Tally

REASON = "row-constraint"
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}

Problem = tuple[str, str, str]  # reason, column, value


class RowRules:
    """Holds rows whose values are fine one by one against a contract's rules."""

    def __init__(self, contract: Contract, tally: Tally) -> None:
        self._rules = contract.rules
        self._tally = tally

    def __bool__(self) -> bool:
        return bool(self._rules)

    def problem(self, row: Mapping[str, str | None]) -> Problem | None:
        """The first broken rule of severity error; a broken one of warn is counted.

        ``row`` has the text of every column, empty or None where it is absent.
        """
        broken = [rule for rule in self._rules if _is_broken(rule, row)]
        for rule in broken:
            if rule.severity == "error":
                return REASON, rule.column, row[rule.column] or ""
        for rule in broken:
            self._tally.warn(rule.name)
        return None


def _is_broken(rule: Rule, row: Mapping[str, str | None]) -> bool:
    text = row.get(rule.column)
    other = row.get(rule.other) if isinstance(rule.other, str) else rule.other
    if text in (None, "") or other in (None, ""):
        return False
    return not _COMPARE[rule.compare](Decimal(text or 0), Decimal(other or 0))
