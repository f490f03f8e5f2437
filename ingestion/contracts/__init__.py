"""What a file of each feed and format must look like, read from the YAML beside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingestion.contracts.documents import Document, read_document
from ingestion.errors import UsageError

FOLDER = Path(__file__).parent
#: Types whose values are numbers, which rules can compare.
NUMBERS = ("quantity", "stock", "price", "line_number")
#: The key of an order that holds its lines; a sender may name it otherwise too.
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
    """

    name: str
    type: str
    required: bool
    description: str
    unit: str | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    part: str | None = None


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
class Sender:
    """A brand of tills whose files name columns or keys in its own way.

    Attributes:
        files: patterns of file names, without regard to case: ``kassa-*``.
        names: the sender's name and the contract's, for each that differs.
    """

    name: str
    files: tuple[str, ...]
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Contract:
    """What the senders of one feed agreed to, for one format.

    Attributes:
        max_refused_share: share of refused rows, 0 to 1, above which (strictly)
            the file is refused whole.
        columns: in the order in which accepted rows are written.
    """

    feed: str
    format: str
    version: int
    max_refused_share: Decimal
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    senders: tuple[Sender, ...] = ()

    @property
    def site_column(self) -> str:
        """The column that says where a row comes from: store or warehouse."""
        return "store_id" if self.feed == "orders" else "warehouse_id"

    def sender_of(self, file_name: str) -> str | None:
        """The first sender whose patterns take a file's name."""
        name = file_name.lower()
        for sender in self.senders:
            if any(fnmatchcase(name, pattern.lower()) for pattern in sender.files):
                return sender.name
        return None

    def names_of(self, sender: str | None) -> dict[str, str]:
        """The contract's name for each name that only a sender uses."""
        known = (one.names for one in self.senders if one.name == sender)
        return dict(next(known, ()))


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises:
        UsageError: the file is not YAML, or a key is missing, unknown or wrong;
            the message names file, line and key.
    """
    document = read_document(path)
    keys = document.content
    contract = Contract(
        feed=keys["feed"],
        format=keys["format"],
        version=keys["version"],
        max_refused_share=_decimal(keys["max_refused_share"]),
        columns=tuple(_column(item, keys) for item in keys["columns"]),
        rules=tuple(_rule(item) for item in keys.get("rules", [])),
        senders=tuple(_sender(item) for item in keys.get("senders", [])),
    )
    _check_columns(document, contract)
    _check_rules(document, contract)
    _check_senders(document, contract)
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
    """Sha256 over names and bytes of the YAML files, to tell rule sets apart."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yml")):
        content = path.read_bytes()
        digest.update(f"{path.name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _column(item: dict[str, Any], keys: dict[str, Any]) -> Column:
    most = keys.get("max_line_quantity") if item["type"] == "quantity" else None
    return Column(
        name=item["name"],
        type=item["type"],
        required=item["required"],
        description=item["description"],
        unit=item.get("unit"),
        minimum=_bound(item.get("min")),
        maximum=_bound(item.get("max", most)),
        part=item.get("part"),
    )


def _rule(item: dict[str, Any]) -> Rule:
    other = item.get("other_column") or _decimal(item["value"])
    return Rule(
        item["name"], item["column"], item["compare"], other, item["severity"],
        item["description"],
    )  # fmt: skip


def _sender(item: dict[str, Any]) -> Sender:
    names = tuple((str(own), name) for own, name in item["columns"].items())
    return Sender(item["name"], tuple(item["files"]), names)


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


def _check_senders(document: Document, contract: Contract) -> None:
    known = {column.name for column in contract.columns}
    known |= {LINES} if contract.format == "json" else set()
    for place, sender in enumerate(contract.senders):
        for own, name in sender.names:
            if name not in known or own in known:
                problem = (
                    f"is {name!r}, which is no column"
                    if own not in known
                    else ("is the contract's own name")
                )
                raise document.error(("senders", place, "columns", own), problem)
        if [one.name for one in contract.senders].count(sender.name) > 1:
            raise document.error(("senders", place, "name"), "is used twice")


def _bound(value: float | None) -> Decimal | None:
    return None if value is None else _decimal(value)


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))
