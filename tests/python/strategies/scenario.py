"""What is drawn: consecutive business dates over one set of master data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from oracle import Master, OrderLine, StockRow, Variables


@dataclass(frozen=True)
class OrderFile:
    """One file of orders.

    Attributes:
        kind: ``csv``, or the JSON form: ``lines``, ``array`` or ``object``.
        rows: the lines it holds that are well formed.
        bad_rows: how many malformed rows are written beside them.
        seed: decides every harmless variation of the writing; 0 is plainest.
        copy_name: a second name under which the same bytes are dropped too.
    """

    name: str
    kind: str
    rows: tuple[OrderLine, ...]
    bad_rows: int = 0
    seed: int = 0
    copy_name: str | None = None


@dataclass(frozen=True)
class StockFile:
    """One stock snapshot file, always CSV; attributes as for orders."""

    name: str
    rows: tuple[StockRow, ...]
    bad_rows: int = 0
    seed: int = 0
    copy_name: str | None = None


@dataclass(frozen=True)
class StrayFile:
    """A file that holds no data: refused whole, or not yet a file at all."""

    feed: str
    name: str
    content: bytes
    is_refused: bool


@dataclass(frozen=True)
class DrawnDay:
    """Everything that lies in the inbox of one business date."""

    business_date: date
    order_files: tuple[OrderFile, ...]
    stock_files: tuple[StockFile, ...]
    strays: tuple[StrayFile, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """Consecutive days, run in one window with the same variables."""

    days: tuple[DrawnDay, ...]
    master: Master
    variables: Variables
    master_seed: int = 0


def as_vars(variables: Variables) -> dict[str, bool | int | float | list[str]]:
    """Rule variables as ``--vars`` takes them."""
    return {name: _plain(value) for name, value in asdict(variables).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return list(value) if isinstance(value, tuple) else value
