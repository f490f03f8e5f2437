"""The rule variables: their defaults from dbt_project.yml, and what --vars changes."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import yaml

from ingestion.canonical_json import Json, plain_number
from ingestion.config import PROJECT_DIR
from ingestion.errors import UsageError

Value = bool | Decimal | list[str]

#: Thresholds of the quality checks: they report and change no published byte.
_MONITORS = (
    "volume_window_weeks",
    "volume_min_dates",
    "volume_sigma",
    "volume_min_change",
    "freshness_max_hours",
    "repeated_rows_max_share",
)
#: What a value has to look like, by the type of its default: the forms that the macros
#: check before a value reaches SQL.
_FORMS: dict[type, tuple[str, re.Pattern[str]]] = {
    bool: ("true or false", re.compile("")),
    int: ("a whole number of at most 4 digits", re.compile(r"[0-9]{1,4}")),
    float: (
        "a number of at most 6 digits and 3 decimals",
        re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?"),
    ),
    list: (
        "a list of texts of at most 64 characters without quotes and blanks in front",
        re.compile(r"[^\x00-\x20\x7f'][^\x00-\x1f\x7f']{0,63}"),
    ),
}


@dataclass(frozen=True)
class RuleVariables:
    """The rule variables of one run, each known and of its form.

    Attributes:
        values: every variable by name.
        given: those that the caller named; the others have their defaults.
    """

    values: dict[str, Value]
    given: frozenset[str] = frozenset()

    def over(self, recorded: Mapping[str, Any]) -> RuleVariables:
        """The variables that a date was published with, but for those given now.

        Names that are not known any longer are left out, and what was not known
        then has its default.
        """
        values = {
            name: recorded[name]
            for name in self.values
            if name in recorded and name not in self.given
        }
        checked = {name: _checked(name, value) for name, value in values.items()}
        return RuleVariables({**self.values, **checked}, self.given)

    @property
    def allow_missing_warehouses(self) -> bool:
        """Whether a date may be ordered although a warehouse sent no stock."""
        return self.values["allow_missing_warehouses"] is True

    @property
    def allow_no_orders(self) -> bool:
        """Whether a date may be ordered although no store sent an order file."""
        return self.values["allow_no_orders"] is True

    def for_dbt(self) -> dict[str, bool | str | list[str]]:
        """The variables as ``--vars`` takes them; numbers as their plain text."""
        return {
            name: plain_number(value) if isinstance(value, Decimal) else value
            for name, value in self.values.items()
        }

    def for_manifest(self) -> dict[str, Json]:
        """The variables that decide what is published, as its manifest records them."""
        return {
            name: self.values[name]
            for name in sorted(self.values)
            if name not in _MONITORS
        }


def load_rule_variables(given: str | None) -> RuleVariables:
    """Defaults of the project, overridden by the YAML mapping of ``--vars``.

    Raises:
        UsageError: no mapping, an unknown name, or a value not of the name's form.
    """
    named = _mapping(given) if given else {}
    values = {**_defaults(), **named}
    checked = {name: _checked(name, values[name]) for name in values}
    return RuleVariables(checked, frozenset(named))


@cache
def _defaults() -> dict[str, Any]:
    """The one list of rule variables, each with the value that shows its form."""
    project = yaml.safe_load((PROJECT_DIR / "dbt_project.yml").read_text("utf-8"))
    return dict(project["vars"])


def _mapping(given: str) -> dict[str, Any]:
    try:
        mapping = yaml.safe_load(given)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # ValueError: PyYAML reads 2026-02-30 as a date and fails on it.
        detail = " ".join(str(error).split())
        raise UsageError(f"--vars {given!r} is not YAML: {detail}") from None
    if not isinstance(mapping, dict):
        raise UsageError(
            f"--vars {given!r} is not a mapping. "
            "Write it as '{net_open_orders: true}'."
        )
    if "run_date" in mapping:
        raise UsageError("--vars cannot set run_date: give --date, or --from and --to.")
    known = _defaults()
    unknown = sorted(str(name) for name in mapping if name not in known)
    if unknown:
        raise UsageError(
            f"--vars has the unknown {', '.join(unknown)}. "
            f"The rule variables are {', '.join(sorted(known))}."
        )
    return mapping


def _checked(name: str, value: object) -> Value:
    kind = type(_defaults()[name])
    form, pattern = _FORMS[kind]
    if isinstance(value, bool) and kind is bool:
        return value
    if isinstance(value, list) and kind is list:
        texts = [text for text in value if isinstance(text, str)]
        if len(texts) == len(value) and all(map(pattern.fullmatch, texts)):
            return _known_codes(name, texts)
    is_number = kind in (int, float) and not isinstance(value, bool)
    if is_number and pattern.fullmatch(str(value)):
        return Decimal(str(value))
    raise UsageError(f"--vars {name}: {value!r} is not {form}.")


def _known_codes(name: str, texts: list[str]) -> list[str]:
    """The texts, of which those that are to be codes of exceptions are."""
    if name != "hold_codes":
        return texts
    with (PROJECT_DIR / "seeds" / "exception_codes.csv").open(encoding="utf-8") as file:
        known = {row["code"] for row in csv.DictReader(file)}
    for text in texts:
        if text not in known:
            raise UsageError(
                f"--vars {name}: {text!r} is no code of an exception. "
                f"The codes are {', '.join(sorted(known))}."
            )
    return texts
