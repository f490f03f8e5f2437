"""Which tables the report of a date has."""

from __future__ import annotations

from ingestion.report.facts import Facts
from ingestion.report.file_tables import (
    files_table,
    refusals_table,
    refused_rows_table,
)
from ingestion.report.finding_tables import (
    checks_table,
    exceptions_table,
    sites_table,
    test_rows_table,
    tests_table,
)
from ingestion.report.tables import Table

#: Names of all tables, also of those that a date does not have.
TABLES = (
    "files",
    "refusals",
    "refused_rows",
    "sites",
    "checks",
    "tests",
    "test_rows",
    "exceptions",
)


def tables_of(facts: Facts) -> list[Table]:
    """Every table that can be told of the date; what is unknown is left out."""
    tables = []
    if facts.files is not None:
        tables += [
            files_table(facts.files),
            refusals_table(facts.files),
            refused_rows_table(facts.rejects),
        ]
    if facts.checks is not None:
        tables += [sites_table(facts.checks), checks_table(facts.checks)]
    if facts.tests is not None:
        tables += [tests_table(facts.tests), test_rows_table(facts.tests)]
    if facts.exceptions is not None:
        tables.append(exceptions_table(facts.exceptions))
    return tables
