"""What a file of each feed and format must look like, read from the YAML beside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingestion.contracts.documents import CONTRACT, Document, read_document
from ingestion.errors import UsageError

FOLDER = Path(__file__).parent
#: Types whose values are numbers, which rules can compare.
NUMBERS = ("quantity", "stock", "price", "line_number")
#: The key of an order that holds its lines.
LINES = "lines"


@dataclass(frozen=True)
class Column:
    """One column of CSV, or one key of JSON.

    Attributes:
        type: the form in which a value is written, such as ``id`` or ``quantity``.
        required: whether a row without it is refused.
        minimum: smallest value allowed, in the column's unit; None: no bound.
        maximum: largest value allowed, in the column's unit; None: no bound.
        part: in nested formats ``order`` (header) or ``line``, else None.
        if_malformed: ``refuse`` the row, or take the value for ``absent`` and count it.
    """

    name: str
    type: str
    required: bool
    description: str
    unit: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    part: str | None = None
    if_malformed: str = "refuse"


@dataclass(frozen=True)
class Rule:
    """What must hold between two columns of a row, or a column and a number.

    A row that lacks one of them keeps the rule.

    Attributes:
        compare: ``<``, ``<=``, ``=``, ``>=`` or ``>``.
        other: name of a column, or the number.
        severity: ``error`` refuses the row, ``warn`` counts it and takes it.
    """

    name: str
    column: str
    compare: str
    other: str | Decimal
    severity: str
    description: str


@dataclass(frozen=True)
class Contract:
    """What the senders of one feed agreed to, for one format.

    Attributes:
        max_refused_share: share of refused rows, 0 to 1, above which (strictly)
            the file is refused whole, if that are ``min_refused_rows`` or more.
        columns: in the order in which accepted rows are written.
    """

    feed: str
    format: str
    version: int
    max_refused_share: Decimal
    min_refused_rows: int
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()

    @property
    def site_column(self) -> str:
        """The column that says where a row comes from: store or warehouse."""
        return "store_id" if self.feed == "orders" else "warehouse_id"


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises:
        UsageError: the file is not YAML, or a key is missing, unknown or wrong;
            the message names file, line and key.
    """
    document = read_document(path, CONTRACT)
    keys = document.content
    contract = Contract(
        feed=keys["feed"],
        format=keys["format"],
        version=keys["version"],
        max_refused_share=_decimal(keys["max_refused_share"]),
        min_refused_rows=keys["min_refused_rows"],
        columns=tuple(_column(item, keys) for item in keys["columns"]),
        rules=tuple(_rule(item) for item in keys.get("rules", [])),
    )
    _check_columns(document, contract)
    _check_rules(document, contract)
    return contract


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


def _column(item: dict[str, Any], keys: dict[str, Any]) -> Column:
    most = keys.get("max_line_quantity") if item["type"] == "quantity" else None
    least = None if most is None else -most
    return Column(
        name=item["name"],
        type=item["type"],
        required=item["required"],
        description=item["description"],
        unit=item.get("unit"),
        minimum=_bound(item.get("min", least)),
        maximum=_bound(item.get("max", most)),
        part=item.get("part"),
        if_malformed=item.get("if_malformed", "refuse"),
    )


def _rule(item: dict[str, Any]) -> Rule:
    other = item.get("other_column") or _decimal(item["value"])
    return Rule(
        item["name"], item["column"], item["compare"], other, item["severity"],
        item["description"],
    )  # fmt: skip


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
        for key, name in (("column", rule.column), ("other_column", rule.other)):
            if isinstance(name, str) and name not in numbers:
                raise document.error(
                    ("rules", place, key), f"is {name!r}, which is no column of numbers"
                )


def _bound(value: float | None) -> Decimal | None:
    return None if value is None else _decimal(value)


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))
