"""Dates, the window, rule variables: what a person may type, and what comes of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingestion.batch.window import BatchWindow
from ingestion.commands.options import parse_options
from ingestion.config import PROJECT_DIR
from ingestion.errors import DateLockedError, UsageError
from ingestion.locking.files import date_lock
from ingestion.planning.rule_variables import load_rule_variables

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 1, 2, 21, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("now", "evening"),
    [
        (datetime(2026, 1, 1, 22, 0, tzinfo=timezone.utc), date(2026, 1, 1)),
        (datetime(2026, 1, 2, 0, 30, tzinfo=timezone.utc), date(2026, 1, 1)),
        (datetime(2026, 1, 2, 11, 59, tzinfo=timezone.utc), date(2026, 1, 1)),
        (datetime(2026, 1, 2, 12, 0, tzinfo=timezone.utc), date(2026, 1, 2)),
    ],
)
def test_without_a_date_a_run_belongs_to_the_evening_before(
    now: datetime, evening: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BUSINESS_TIMEZONE", raising=False)

    assert parse_options([], now).dates == [evening]


def test_the_evening_is_that_of_the_business_time_zone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BUSINESS_TIMEZONE", "Asia/Tokyo")

    # 03:30 in Tokyo on the 2nd: still the evening of the 1st.
    now = datetime(2026, 1, 1, 18, 30, tzinfo=timezone.utc)
    assert parse_options([], now).dates == [date(2026, 1, 1)]


def test_a_window_holds_both_its_ends() -> None:
    dates = parse_options(["--from", "2026-02-27", "--to", "2026-03-01"], NOW).dates

    assert dates == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--date", "2026-1-1"],
        ["--date", "2026-02-30"],
        ["--date", "20260101"],
        ["--date", "2026-01-01 "],
        ["--date", "٢٠٢٦-01-01"],
        ["--date", "0026-01-01"],
        ["--date", "'; drop table x --"],
        ["--from", "2026-01-01"],
        ["--from", "2026-01-02", "--to", "2026-01-01"],
        ["--date", "2026-01-01", "--from", "2026-01-01", "--to", "2026-01-01"],
        ["--vars", "[1]"],
        ["--vars", "{run_date: 2026-01-01}"],
        ["--vars", "{net_open_order: true}"],
        ["--vars", "{net_open_orders: 1}"],
        ["--vars", "{spike_sigma: -1}"],
        ["--vars", "{spike_window_days: 2.5}"],
        ["--vars", "{spike_sigma: '3); drop table x --'}"],
        ["--vars", "{a: [}"],
        ["--vars", "{spike_sigma: 2026-02-30}"],
        ["--vars", "[" * 5000],
    ],
)
def test_wrong_usage_is_refused_with_what_to_do(arguments: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(arguments, NOW)

    assert caught.value.exit_code == 2
    assert len(str(caught.value)) > 20


@pytest.mark.parametrize("arguments", [["--dat", "2026-01-01"], ["--target", "spark"]])
def test_unknown_options_exit_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_options(arguments, NOW)

    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("environment", "word"),
    [({}, "PGHOST"), ({"PGHOST": "localhost", "PGPORT": "x"}, "PGPORT")],
)
def test_a_wrong_server_is_refused_before_any_file_is_read(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], word: str
) -> None:
    for name in ("PGHOST", "PGPORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(UsageError, match=word):
        parse_options(["--target", "trino"], NOW)


def test_rule_variables_start_from_the_project_and_take_what_is_given() -> None:
    variables = load_rule_variables("{spike_sigma: 2.50, net_open_orders: true}")

    assert variables.for_dbt() == {
        "net_open_orders": True,
        "spike_window_days": "28",
        "spike_min_run_dates": "7",
        "spike_sigma": "2.5",
        "spike_ratio": "2",
        "allow_missing_warehouses": False,
        "allow_no_orders": False,
        "order_max_age_days": "2",
        "whole_units": ["EA"],
        "hold_codes": [],
        "statuses_not_bought": ["discontinued"],
        "snapshot_min_share": "0.5",
        "volume_window_weeks": "8",
        "volume_min_dates": "3",
        "volume_sigma": "3",
        "volume_min_change": "0.3",
        "freshness_max_hours": "36",
        "repeated_rows_max_share": "0.05",
    }


def test_a_manifest_names_the_variables_that_decide_what_is_ordered() -> None:
    # Thresholds of the quality checks report, and change no published byte.
    variables = load_rule_variables("{volume_sigma: 5}")

    assert list(variables.for_manifest()) == [
        "allow_missing_warehouses",
        "allow_no_orders",
        "hold_codes",
        "net_open_orders",
        "order_max_age_days",
        "snapshot_min_share",
        "spike_min_run_dates",
        "spike_ratio",
        "spike_sigma",
        "spike_window_days",
        "statuses_not_bought",
        "whole_units",
    ]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("{hold_codes: [demand_spik]}", "'demand_spik' is no code of an exception"),
        ("{hold_codes: demand_spike}", "is not a list of texts"),
        ("{whole_units: [1]}", "is not a list of texts"),
        ('{whole_units: ["it\'s"]}', "without quotes"),
        ("{statuses_not_bought: [{a: b}]}", "is not a list of texts"),
        ("{order_max_age_days: 1.5}", "a whole number"),
        ("{snapshot_min_share: -0.5}", "a number of at most"),
        ("{allow_no_orders: 1}", "true or false"),
        ("{allow_no_order: true}", "The rule variables are allow_missing_warehouses, "),
    ],
)
def test_a_rule_variable_has_the_form_of_its_default(given: str, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        load_rule_variables(given)


def test_the_page_for_operators_names_every_rule_variable_and_its_default() -> None:
    page = (PROJECT_DIR / "docs" / "operations.md").read_text("utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    said = {
        name.strip(" `"): default.strip()
        for row in rows
        for name, default in zip(
            row[1].split(","), _cells_of_defaults(row[2]), strict=False
        )
    }
    defaults = load_rule_variables(None).for_dbt()

    for name, default in defaults.items():
        text = str(default).lower() if isinstance(default, bool) else default
        text = f"[{', '.join(text)}]" if isinstance(text, list) else text
        assert said.get(name) == text, name


def _cells_of_defaults(cell: str) -> list[str]:
    """The defaults of one row; those of lists have commas of their own."""
    return [cell] if "[" in cell else cell.split(",")


def test_the_window_is_two_hours_long_also_when_clocks_change() -> None:
    window = BatchWindow.of(date(2026, 3, 28), BERLIN)

    assert window.start == datetime(2026, 3, 28, 22, 0, tzinfo=BERLIN)
    assert window.deadline == datetime(2026, 3, 29, 0, 0, tzinfo=BERLIN)
    assert window.elapsed_share(window.start + timedelta(minutes=30)) == 0.25


def test_a_deadline_is_missed_only_by_the_run_of_its_night() -> None:
    window = BatchWindow.of(date(2026, 1, 1), BERLIN)
    late = window.deadline + timedelta(minutes=1)

    assert window.passes_deadline(late)
    assert not window.passes_deadline(window.deadline)
    assert not window.passes_deadline(window.deadline + timedelta(days=30))


def test_a_date_is_held_by_one_run_and_free_when_it_has_ended(tmp_path: Path) -> None:
    day, lake = date(2026, 1, 1), f"{tmp_path}/lake"
    with date_lock(tmp_path, lake, day, NOW):
        with (
            pytest.raises(DateLockedError, match="2026-01-02T21:05"),
            date_lock(tmp_path, lake, day, NOW),
        ):
            pass
        with date_lock(tmp_path, f"{tmp_path}/other", day, NOW):
            pass
    with date_lock(tmp_path, lake, day, NOW):
        pass


@pytest.mark.parametrize("way", ["x/../lake", "link", "lake/"])
def test_a_lake_has_one_lock_by_whatever_path(tmp_path: Path, way: str) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "x").mkdir()
    (tmp_path / "link").symlink_to("lake")
    day = date(2026, 1, 1)

    # Another state does not help either: the lake is what must not be shared.
    with (
        date_lock(tmp_path / "state", f"{tmp_path}/lake", day, NOW),
        pytest.raises(DateLockedError),
        date_lock(tmp_path / "other", f"{tmp_path}/{way}", day, NOW),
    ):
        pass


@pytest.mark.parametrize("option", ["--inbox", "--lake"])
def test_an_empty_place_is_refused_and_not_the_default(option: str) -> None:
    with pytest.raises(UsageError, match="empty"):
        parse_options([option, ""], NOW)


def test_a_lake_that_is_a_file_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("no folder")

    with pytest.raises(UsageError, match="is a file"):
        parse_options(["--lake", str(tmp_path / "lake")], NOW)


def test_replay_changes_nothing_and_needs_no_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PGHOST", raising=False)

    assert parse_options(["--replay", "--target", "trino"], NOW).rerun.replay

    for other in ("--include-late", "--refresh-master"):
        with pytest.raises(UsageError, match="one or the other"):
            parse_options(["--replay", other], NOW)


def test_recorded_variables_stand_unless_others_are_given() -> None:
    given = load_rule_variables("{spike_ratio: 4}")

    values = given.over(
        {"spike_ratio": 3, "spike_sigma": 2, "net_open_orders": True, "gone": 1}
    ).for_manifest()

    assert (values["spike_ratio"], values["spike_sigma"]) == (4, 2)
    assert values["net_open_orders"] is True
    assert values["spike_window_days"] == 28
