"""Reading back what the models exported, with every number exact."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.lake import Lake

Row = dict[str, Any]


def exported_rows(lake: Lake, name: str, business_date: date) -> Iterator[Row]:
    """Rows of one export of a date: JSON values, numbers as int or Decimal.

    The rows come in no particular order; a date without rows has no files.
    """
    folder = f"export/{name}/business_date={business_date}"
    for part in lake.folders(folder):
        for file in lake.files(f"{folder}/{part}"):
            with lake.reader(file.path) as stream:
                for line in stream:
                    yield json.loads(line, parse_float=Decimal)
