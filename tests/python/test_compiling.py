"""Ephemeral models come into SQL as dbt itself would put them there."""

from __future__ import annotations

import pytest
from dbt import compilation
from dbt.artifacts.resources.v1.components import InjectedCTE

from ingestion.planning.compiling import injection

CTES = [
    InjectedCTE(id="a", sql=" __dbt__cte__a as (\nselect ';' as x -- with\n)"),
    InjectedCTE(id="b", sql=" __dbt__cte__b as (\nselect 1\n)"),
]


@pytest.mark.parametrize(
    "sql",
    [
        "with rows as (select 1) select * from rows",
        "\n\n  WITH rows as (select 1) select * from rows\n",
        "-- depends_on: with\nwith rows as (select 1) select * from rows",
        "/* with\n */ -- with\n\nwith rows as (select 1) select * from rows",
        "with\nrecursive rows as (select 1) select * from rows",
        "select 1 from (with rows as (select 1) select * from rows)",
        "select within from rows",
        "  -- nothing but this\n select 1",
        "withering",
    ],
)
@pytest.mark.parametrize("ctes", [CTES, CTES[:1], []])
def test_sql_is_what_dbt_makes_of_it(sql: str, ctes: list[InjectedCTE]) -> None:
    dbts_own = compilation.inject_ctes_into_sql
    assert injection(dbts_own)(sql, ctes) == dbts_own(sql, ctes)
