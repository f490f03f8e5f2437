"""The rule variables: their defaults from dbt_project.yml, and what --vars changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from ingestion.canonical_json import Json, plain_number
from ingestion.config import PROJECT_DIR
from ingestion.errors import UsageError

#: The same forms that the macros check before a value reaches SQL.
_FORMS = {
    "net_open_orders": "true or false",
    "allow_missing_warehouses": "true or false",
    "spike_window_days": "a whole number of at most 4 digits",
    "spike_min_run_dates": "a whole number of at most 4 digits",
    "spike_sigma": "a number of at most 6 digits and 3 decimals",
    "spike_ratio": "a number of at most 6 digits and 3 decimals",
    "volume_window_weeks": "a whole number of at most 4 digits",
    "volume_min_dates": "a whole number of at most 4 digits",
    "volume_sigma": "a number of at most 6 digits and 3 decimals",
    "volume_min_change": "a number of at most 6 digits and 3 decimals",
    "freshness_max_hours": "a whole number of at most 4 digits",
    "repeated_rows_max_share": "a number of at most 6 digits and 3 decimals",
}
#: Thresholds of the quality checks: they report and change no published byte.
_MONITORS = (
    "volume_window_weeks",
    "volume_min_dates",
    "volume_sigma",
    "volume_min_change",
    "freshness_max_hours",
    "repeated_rows_max_share",
)
_PATTERNS = {
    "a whole number of at most 4 digits": re.compile(r"[0-9]{1,4}"),
    "a number of at most 6 digits and 3 decimals": re.compile(
        r"[0-9]{1,6}(\.[0-9]{1,3})?"
    ),
}


@dataclass(frozen=True)
class RuleVariables:
    """The rule variables of one run, each known and of its form.

    Attributes:
        values: every variable by name.
        given: those that the caller named; the others have their defaults.
    """

    values: dict[str, bool | Decimal]
    given: frozenset[str] = frozenset()

    def over(self, recorded: Mapping[str, bool | int | Decimal]) -> RuleVariables:
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

    def for_dbt(self) -> dict[str, bool | str]:
        """The variables as ``--vars`` takes them; numbers as their plain text."""
        return {
            name: value if isinstance(value, bool) else plain_number(value)
            for name, value in self.values.items()
        }

    def for_manifest(self) -> dict[str, Json]:
        """The variables that decide what is published, as its manifest records them."""
        return {
            name: self.values[name]
            for name in sorted(self.values)
            if name not in _MONITORS
        }


def load_rule_variables(
    given: str | None, project_file: Path = PROJECT_DIR / "dbt_project.yml"
) -> RuleVariables:
    """Defaults of the project, overridden by the YAML mapping of ``--vars``.

    Raises:
        UsageError: no mapping, an unknown name, or a value not of the name's form.
    """
    values = dict(yaml.safe_load(project_file.read_text("utf-8"))["vars"])
    named = _mapping(given) if given else {}
    values.update(named)
    checked = {name: _checked(name, values[name]) for name in values}
    return RuleVariables(checked, frozenset(named))


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
    unknown = sorted(str(name) for name in mapping if name not in _FORMS)
    if unknown:
        raise UsageError(
            f"--vars has the unknown {', '.join(unknown)}. "
            f"The rule variables are {', '.join(sorted(_FORMS))}."
        )
    return mapping


def _checked(name: str, value: object) -> bool | Decimal:
    form = _FORMS[name]
    if form not in _PATTERNS:
        if isinstance(value, bool):
            return value
    elif not isinstance(value, bool) and _PATTERNS[form].fullmatch(str(value)):
        return Decimal(str(value))
    raise UsageError(f"--vars {name}: {value!r} is not {form}.")
