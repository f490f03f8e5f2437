"""Random days for the pipeline: drawn as a whole, written as files, expected.

Few stores, warehouses, suppliers and times, so that keys collide; values from
small pools that hold the edges of every rule. What a file *means* is drawn by
Hypothesis and shrinks; how it is *written* follows from one seed per file.
"""

from strategies.days import scenarios
from strategies.expectation import expected_results, expected_versions, receive
from strategies.scenario import (
    DrawnDay,
    OrderFile,
    Scenario,
    StockFile,
    StrayFile,
    as_vars,
)
from strategies.writing import write_inbox, write_master

__all__ = [
    "DrawnDay",
    "OrderFile",
    "Scenario",
    "StockFile",
    "StrayFile",
    "as_vars",
    "expected_results",
    "expected_versions",
    "receive",
    "scenarios",
    "write_inbox",
    "write_master",
]
