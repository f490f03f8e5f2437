"""What a file of each feed and format must look like, read from the YAML beside."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt
from pydantic.dataclasses import dataclass

from ingestion.contracts.documents import (
    TERMS,
    Code,
    Document,
    Name,
    Number,
    Share,
    Text,
    read_document,
)
from ingestion.errors import UsageError

FOLDER = Path(__file__).parent
Feed = Literal["orders", "stock"]
Format = Literal["json", "csv"]
#: Types whose values are numbers, which rules can compare.
NUMBERS = ("quantity", "stock", "price", "line_number")
#: The key of an order that holds its lines.
LINES = "lines"


@dataclass(frozen=True, config=TERMS)
class Column:
    """One column of CSV, or one key of JSON.

    Attributes:
        type: the form in which a value is written.
        required: whether a row without it is refused.
        min: smallest value allowed, in the column's unit; None: no bound.
        max: largest value allowed, in the column's unit; None: no bound.
        part: in nested formats ``order`` (header) or ``line``, else None.
        if_malformed: ``refuse`` the row, or take the value for ``absent`` and count it.
    """

    name: Name
    type: Literal["id", "quantity", "stock", "price", "timestamp", "line_number"]
    required: StrictBool
    description: Text
    unit: Text | None = None
    min: Number | None = None
    max: Number | None = None
    part: Literal["order", "line"] | None = None
    if_malformed: Literal["refuse", "absent"] = "refuse"


@dataclass(frozen=True, config=TERMS)
class Rule:
    """What must hold between two columns of a row, or a column and a number.

    A row that lacks one of them keeps the rule.

    Attributes:
        severity: ``error`` refuses the row, ``warn`` counts it and takes it.
    """

    name: Code
    column: Name
    compare: Literal["<", "<=", "=", ">=", ">"]
    severity: Literal["warn", "error"]
    description: Text
    other_column: Name | None = None
    value: Number | None = None

    def __post_init__(self) -> None:
        if (self.other_column is None) == (self.value is None):
            raise ValueError("needs either other_column or value")


@dataclass(frozen=True, config=TERMS)
class Contract:
    """What the senders of one feed agreed to, for one format.

    Attributes:
        max_refused_share: share of refused rows, 0 to 1, above which (strictly)
            the file is refused whole, if that are ``min_refused_rows`` or more.
        columns: in the order in which accepted rows are written.
        max_line_quantity: of quantities sold or taken back, in size.
    """

    feed: Feed
    format: Format
    version: Annotated[StrictInt, Field(ge=1)]
    max_refused_share: Share
    min_refused_rows: Annotated[StrictInt, Field(ge=1)]
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    rules: tuple[Rule, ...] = ()
    max_line_quantity: Annotated[Number, Field(gt=0)] | None = None

    @property
    def site_column(self) -> str:
        """The column that says where a row comes from: store or warehouse."""
        return "store_id" if self.feed == "orders" else "warehouse_id"

    def bounded(self, column: Column) -> Column:
        """A column with the bounds that all quantities have, where it has none."""
        most = self.max_line_quantity
        if most is None or column.type != "quantity":
            return column
        least = -most if column.min is None else column.min
        return replace(
            column, min=least, max=most if column.max is None else column.max
        )


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises:
        UsageError: the file is not YAML, or a key is missing, unknown or wrong;
            the message names file, line and key.
    """
    document = read_document(path, "contract")
    contract = document.terms(Contract)
    _check_columns(document, contract)
    _check_rules(document, contract)
    return replace(contract, columns=tuple(map(contract.bounded, contract.columns)))


@lru_cache(maxsize=4)
def load_contracts(folder: Path = FOLDER) -> dict[tuple[str, str], Contract]:
    """Every contract of a folder by (feed, format).

    Raises:
        UsageError: a contract is wrong, or two are for the same feed and format.
    """
    contracts: dict[tuple[str, str], Contract] = {}
    for path in sorted(folder.glob("*.yml")):
        contract = load_contract(path)
        key = (contract.feed, contract.format)
        if key in contracts:
            raise UsageError(f"The contract {path} is for {key}, as another one is.")
        contracts[key] = contract
    return contracts


def contracts_digest(folder: Path = FOLDER) -> str:
    """Sha256 over names and bytes of the YAML files, to tell rule sets apart.

    Those of the senders are among them.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.yml")):
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _check_columns(document: Document, contract: Contract) -> None:
    seen: set[str] = set()
    for number, column in enumerate(contract.columns):
        if column.name in seen:
            raise document.error(("columns", number, "name"), "is named twice")
        seen.add(column.name)
        if (column.part is None) == (contract.format == "json"):
            wanted = "needs" if contract.format == "json" else "has no use for"
            raise document.error(("columns", number), f"{wanted} the key part")
    if contract.site_column not in seen:
        raise document.error(("columns",), f"lacks {contract.site_column}")


def _check_rules(document: Document, contract: Contract) -> None:
    numbers = {item.name for item in contract.columns if item.type in NUMBERS}
    for place, rule in enumerate(contract.rules):
        for key, name in (
            ("column", rule.column),
            ("other_column", rule.other_column),
        ):
            if name is not None and name not in numbers:
                raise document.error(
                    ("rules", place, key), f"is {name!r}, which is no column of numbers"
                )
