"""What a file of each feed and format must look like, read from the YAML beside."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.errors import UsageError

FOLDER = Path(__file__).parent
COLUMN_TYPES = ("id", "quantity", "stock", "price", "timestamp", "line_number")
PARTS = ("order", "line")

_CONTRACT_KEYS = {
    "feed": (str, True),
    "format": (str, True),
    "version": (int, True),
    "max_refused_share": ((int, float), True),
    "max_line_quantity": ((int, float), False),
    "columns": (list, True),
}
_COLUMN_KEYS = {
    "name": (str, True),
    "type": (str, True),
    "required": (bool, True),
    "description": (str, True),
    "part": (str, False),
    "unit": (str, False),
    "min": ((int, float), False),
    "max": ((int, float), False),
}


@dataclass(frozen=True)
class Column:
    """One column of CSV, or one key of JSON.

    Attributes:
        type: the form in which a value is written, one of ``COLUMN_TYPES``.
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

    @property
    def site_column(self) -> str:
        """The column that says where a row comes from: store or warehouse."""
        return "store_id" if self.feed == "orders" else "warehouse_id"


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises:
        UsageError: the file is not YAML, or a key is missing, unknown or wrong;
            the message names file and key.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"The contract {path} cannot be read: {error}") from error
    keys = _checked(path, "", document, _CONTRACT_KEYS)
    most = _decimal(keys.get("max_line_quantity"))
    columns = tuple(
        _column(path, f"columns[{number}].", item, most)
        for number, item in enumerate(keys["columns"])
    )
    if not columns or len({column.name for column in columns}) < len(columns):
        raise UsageError(
            f"The contract {path} is wrong: columns is empty or names one twice."
        )
    share = Decimal(str(keys["max_refused_share"]))
    if not 0 <= share <= 1:
        raise UsageError(
            f"The contract {path} is wrong: max_refused_share is not from 0 to 1."
        )
    return Contract(keys["feed"], keys["format"], keys["version"], share, columns)


@lru_cache(maxsize=1)
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


def _column(path: Path, where: str, item: object, most: Decimal | None) -> Column:
    keys = _checked(path, where, item, _COLUMN_KEYS)
    for key, allowed in (("type", COLUMN_TYPES), ("part", (*PARTS, None))):
        if keys.get(key) not in allowed:
            raise UsageError(
                f"The contract {path} is wrong: {where}{key} is {keys[key]!r}, "
                f"not one of {', '.join(map(str, filter(None, allowed)))}."
            )
    maximum = most if keys["type"] == "quantity" else _decimal(keys.get("max"))
    return Column(
        name=keys["name"],
        type=keys["type"],
        required=keys["required"],
        description=keys["description"],
        unit=keys.get("unit"),
        minimum=_decimal(keys.get("min")),
        maximum=maximum,
        part=keys.get("part"),
    )


def _checked(
    path: Path, where: str, item: object, known: dict[str, tuple[Any, bool]]
) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise UsageError(
            f"The contract {path} is wrong: {where.rstrip('.') or 'the document'} "
            "is not a mapping of keys to values."
        )
    for key in item:
        if key not in known:
            raise UsageError(f"The contract {path} has an unknown key: {where}{key}.")
    for key, (kind, mandatory) in known.items():
        value = item.get(key)
        wrong = not isinstance(value, kind) or (
            kind is not bool and isinstance(value, bool)
        )
        if (mandatory or key in item) and wrong:
            raise UsageError(
                f"The contract {path} is wrong: {where}{key} is missing or {value!r}."
            )
    return item


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
