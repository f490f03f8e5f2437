"""Putting ephemeral models into the SQL that reads them, without parsing that SQL.

dbt reads the whole of every statement with a parser written in Python only to find
where its ``with`` stands, which takes two fifths of a small date's time. Every model of
this project begins with it, after comments at most; anything else dbt does itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_BEGINNING = re.compile(
    r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*with\b(?!\s+recursive\b)\s*",
    re.IGNORECASE | re.DOTALL,
)

Injection = Callable[[str, list[Any]], str]


def inject_quickly() -> None:
    """Have this process's dbt find the place by the beginning of a statement."""
    from dbt import compilation

    dbts_own = compilation.inject_ctes_into_sql
    if dbts_own.__module__ == compilation.__name__:
        compilation.inject_ctes_into_sql = injection(dbts_own)  # type: ignore[assignment]


def injection(dbts_own: Injection) -> Injection:
    """What takes the place of dbt's function, and asks it where it does not know."""

    def inject(sql: str, ctes: list[Any]) -> str:
        beginning = _BEGINNING.match(sql)
        if not ctes or beginning is None:
            return dbts_own(sql, ctes)
        injected = ", ".join(cte.sql for cte in ctes)
        return f"{beginning.group()}{injected}, {sql[beginning.end() :]}"

    return inject
