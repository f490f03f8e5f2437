"""Which server is used, what is said when it does not answer, and the commands."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingestion.commands import database, master
from ingestion.errors import ServiceUnavailableError, UsageError
from ingestion.postgres import (
    ConnectionSettings,
    connect,
    connection_settings,
)
from postgres_states import is_serving, state_folder

#: Nobody listens on the discard port of a machine of today.
DEAD = {"PGHOST": "127.0.0.1", "PGPORT": "9", "PGPASSWORD": "hush", "PGUSER": "me"}


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("PGHOST", raising=False)
    with state_folder() as folder:
        monkeypatch.setenv("PROCUREMENT_STATE", str(folder))
        yield folder


def run(*command: str) -> int:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers(required=True)
    for area in (database, master):
        area.add_commands(subparsers)
    arguments = parser.parse_args(command)
    code: int = arguments.run(arguments)
    return code


def test_named_server_is_used_and_none_started(tmp_path: Path) -> None:
    with connection_settings(tmp_path / "state", "trino", DEAD) as settings:
        assert settings == ConnectionSettings("127.0.0.1", 9, "me", "hush", "me")
    assert not (tmp_path / "state").exists()


def test_dead_server_is_named_without_the_password() -> None:
    settings = ConnectionSettings.from_environment(DEAD)
    with pytest.raises(ServiceUnavailableError, match=r"127\.0\.0\.1:9") as failure:
        connect(settings)
    assert "PGHOST" in str(failure.value)
    for text in (str(failure.value), repr(settings), settings.dsn()):
        assert "hush" not in text


def test_trino_needs_a_named_server(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="PGHOST"),
        connection_settings(tmp_path, "trino", {}),
    ):
        pass


@pytest.mark.parametrize("port", ["none", "0", "65536", "5432,5433"])
def test_port_must_be_a_port(port: str) -> None:
    with pytest.raises(UsageError, match="PGPORT"):
        ConnectionSettings.from_environment({"PGHOST": "x", "PGPORT": port})


def test_exported_lines_reach_the_kept_server_until_db_down(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("db", "up") == 0
    lines = capsys.readouterr().out.splitlines()
    exported = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    with closing(connect(ConnectionSettings.from_environment(exported))) as connection:
        cursor = connection.cursor()
        cursor.execute("select count(*) from master.products")
        assert cursor.fetchone() == (0,)
    assert run("db", "down") == 0
    assert not is_serving(state)
    assert run("db", "down") == 0


def test_master_load_reports_each_table(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "stores.csv").write_text("store_id,name\nS1,North\nS2,South\n")
    assert run("master", "load", "--from", str(tmp_path)) == 0
    report = capsys.readouterr().out
    assert report.startswith("stores: 2 rows given, 2 inserted, 0 updated, 0 deleted")
    assert "region" in report
    assert not is_serving(state)
