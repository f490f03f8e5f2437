"""Copies of the project in which something has been changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline_runner import PROJECT

_FOLDERS = (
    "dbt_packages",
    "ingestion",
    "macros",
    "models",
    "seeds",
    "tests/assertions",
    "tests/fixtures",
    "tests/generic",
)

#: Where the columns of raw.orders_csv are declared.
OF_ORDERS = "models/staging/pos/_pos__sources.yml"
#: Of a column, as a contract and as the YAML of the raw tables declare it.
IN_CONTRACT = """\
  - name: {0}
    type: id
    required: false
    description: Told by the till.
"""
IN_TABLE = """\
          - name: {0}
            data_type: varchar
            description: Told by the till.
"""


def copied_project(folder: Path) -> Path:
    """The project as it stands, without its tests in Python."""
    for name in _FOLDERS:
        shutil.copytree(PROJECT / name, folder / name)
    for path in PROJECT.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    return folder


def change(file: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file once."""
    text = file.read_text("utf-8")
    assert text.count(old) == 1, (file, text.count(old))
    file.write_text(text.replace(old, new), "utf-8")


def add_to_order_contract(project: Path, name: str) -> None:
    """Ask tills that write CSV for one more column, the last."""
    contract = project / "ingestion/contracts/orders_csv.yml"
    contract.write_text(contract.read_text("utf-8") + IN_CONTRACT.format(name), "utf-8")


def add_to_order_table(project: Path, name: str) -> None:
    """Declare one more column of raw.orders_csv, the last."""
    price = (
        "            description: Sales price of one unit. Null or empty when absent.\n"
    )
    change(project / OF_ORDERS, price, price + IN_TABLE.format(name))
