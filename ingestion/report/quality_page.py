"""What the quality page of a date says, beside what stands in its template."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ingestion.config import PROJECT_DIR
from ingestion.report.charts import refusal_chart, volume_chart
from ingestion.report.contents import described_checks
from ingestion.report.facts import Facts
from ingestion.report.headline import findings
from ingestion.report.page import render
from ingestion.report.rejects import why_refused
from ingestion.report.tables import Table, declared_tables

_CODES = PROJECT_DIR / "seeds/exception_codes.csv"


def quality_page(
    facts: Facts, tables: Sequence[Table], headline: dict[str, Any]
) -> str:
    """The page of one date as HTML."""
    by_name = {table.name: table for table in tables}
    statuses = Counter(file.status for file in facts.files or ())
    codes = {row["code"] for row in facts.exceptions or ()}
    return render(
        "quality.html.j2",
        day=facts.business_date,
        summary=facts.summary,
        headline=headline,
        found=findings(facts),
        tables={name: by_name.get(name) for name in declared_tables()},
        files_by_status=sorted(statuses.items()),
        volume_charts=[
            volume_chart(facts.checks or (), "store", "Order rows"),
            volume_chart(facts.checks or (), "warehouse", "Stock rows"),
        ],
        refusal_chart=refusal_chart(by_name["refusals"]) if facts.files else None,
        codes=[code for code in _all_codes() if code["code"] in codes],
        tests_with_findings=[
            test for test in facts.tests or () if test.status != "passed"
        ],
        described=described_checks(),
        why_refused=why_refused,
    )


@lru_cache(maxsize=1)
def _all_codes() -> list[dict[str, str]]:
    with _CODES.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
