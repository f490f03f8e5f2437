"""The columns of master data: what dbt declares is what the loader knows."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import yaml

from ingestion.master_data.tables import TABLES

PROJECT = Path(__file__).resolve().parents[2]
KNOWN = {table.name: list(table.names) for table in TABLES}


def declared(path: str, source: str) -> dict[str, list[str]]:
    """Names of the columns of a source's tables."""
    document: dict[str, Any] = yaml.safe_load((PROJECT / "models" / path).read_text())
    (found,) = (each for each in document["sources"] if each["name"] == source)
    return {
        table["name"]: [column["name"] for column in table["columns"]]
        for table in found["tables"]
    }


def test_source_of_postgresql_has_the_columns_of_the_tables() -> None:
    assert declared("staging/master/_master__sources.yml", "master") == KNOWN


def test_sources_of_captures_have_them_and_where_the_row_stands() -> None:
    captures = {
        name.removeprefix("master_"): columns
        for name, columns in declared(
            "staging/captures/_captures__sources.yml", "captures"
        ).items()
        if name.startswith("master_")
    }
    ends = ["file_path", "business_date"]
    assert captures == {name: columns + ends for name, columns in KNOWN.items()}


def test_macro_has_the_columns_and_keys_of_the_tables() -> None:
    macro = (PROJECT / "macros/project/master_data_tables.sql").read_text()
    (listed,) = re.findall(r"do return\((\[.*\])\)", macro, re.DOTALL)
    assert ast.literal_eval(listed) == [
        (table.name, list(table.names), table.key_length) for table in TABLES
    ]
