"""The whole result of a business date, calculated a second time in plain Python.

It exists to disagree with the models: it shares no code with them, nor with the
gate or the publisher, and is written to be checked against the rules sentence
by sentence, not to be fast. Every number is a ``Decimal`` or a ``Fraction``;
an operation that would have to round raises instead.
"""

from oracle.calculation import Result, calculate
from oracle.inputs import (
    Inputs,
    LoadedFile,
    Master,
    Offer,
    OrderLine,
    Product,
    PublishedDate,
    ReplenishmentRule,
    StockRow,
    Store,
    Supplier,
    Variables,
    Warehouse,
)
from oracle.serialisation import exceptions_csv, exceptions_json, json_bytes

__all__ = [
    "Inputs",
    "LoadedFile",
    "Master",
    "Offer",
    "OrderLine",
    "Product",
    "PublishedDate",
    "ReplenishmentRule",
    "Result",
    "StockRow",
    "Store",
    "Supplier",
    "Variables",
    "Warehouse",
    "calculate",
    "exceptions_csv",
    "exceptions_json",
    "json_bytes",
]
