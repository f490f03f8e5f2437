"""What a run holds while it goes through its dates."""

from __future__ import annotations

import io
from datetime import date, datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingestion.batch.night import Night
from ingestion.batch.progress import Progress
from ingestion.batch.rule_variables import load_rule_variables
from ingestion.batch.run_log import RunLog
from ingestion.config import Settings
from ingestion.lake import LocalLake
from ingestion.locks import engine_lock

NOW = datetime(2026, 1, 1, 22, tzinfo=timezone.utc)


class WouldWaitError(Exception):
    """Raised instead of waiting for another run."""


def wait() -> None:
    raise WouldWaitError


def test_the_engine_is_held_between_the_dates_of_a_window(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PROCUREMENT_LAKE", "PROCUREMENT_STATE"):
        monkeypatch.setenv(name, "set by Night, put back by this test")
    for feed in ("orders", "stock"):
        (tmp_path / "inbox" / feed).mkdir(parents=True)
    lake, state = LocalLake(tmp_path / "lake"), tmp_path / "state"
    settings = Settings(tmp_path / "inbox", lake.root, state, ZoneInfo("UTC"))
    log = RunLog(io.BytesIO(), lambda: NOW)
    rules = load_rule_variables(None)

    with Night(
        settings, lake, rules, "run", lambda: NOW, log, Progress(visible=False)
    ) as night:
        for day in (1, 2):
            assert night.run(date(2026, 1, day)).exit_code == 3
            with (
                pytest.raises(WouldWaitError),
                engine_lock(state, lake.root, wait),
            ):
                pass

    with engine_lock(state, lake.root, wait):
        pass
