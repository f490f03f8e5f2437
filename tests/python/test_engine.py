"""A build that another run's first build got in the way of is made once more."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingestion.config import WITHOUT_POSTGRES, load_settings
from ingestion.errors import ProcurementError
from ingestion.planning.dbt_build import BuildResult, Plan, Transformation
from ingestion.planning.engine import Engine
from ingestion.planning.rule_variables import RuleVariables

DAY = date(2026, 1, 1)
#: As Trino says it of the second of two statements at once; the first view of a name.
MADE_MEANWHILE = (
    "procurement.on-run-start.1 failed, error: TrinoUserError(type=USER_ERROR, "
    "name=ALREADY_EXISTS, message=\"Table already exists: 'raw.orders_json'\")"
)


def built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *failures: str
) -> list[bool]:
    """Whether each try of a first build made seeds; the tries fail with these texts."""
    # Set here, because the transformation sets them too, and for good.
    monkeypatch.setenv(WITHOUT_POSTGRES, "1")
    monkeypatch.setenv("PROCUREMENT_STATE", f"{tmp_path}/state")
    monkeypatch.setenv("PROCUREMENT_LAKE", "hdfs://nowhere:9/lake")
    tries: list[bool] = []

    def build(*_: object, seeds: bool, **__: object) -> BuildResult:
        tries.append(seeds)
        if len(tries) <= len(failures):
            raise ProcurementError(failures[len(tries) - 1])
        return BuildResult("id", models={}, tests=[])

    monkeypatch.setattr(Transformation, "build", build)
    settings = load_settings(target="trino")
    with Engine(settings, settings.lake, tmp_path, lambda: None) as engine:
        engine.hold()
        engine.build(Plan(DAY, RuleVariables({})), lambda *_: None)
    return tries


def test_first_build_that_finds_made_what_it_was_about_to_make_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert built(tmp_path, monkeypatch, MADE_MEANWHILE) == [True, True]


def test_first_build_that_fails_of_itself_is_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ProcurementError, match="no such column"):
        built(tmp_path, monkeypatch, "no such column")
