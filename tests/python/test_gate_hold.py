"""Every command that writes to the lake holds its date, and settles it first."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime, timezone
from pathlib import Path

import pytest

from gate_files import CSV_ROW, csv_file
from ingestion.commands.cli import build_parser, main
from ingestion.errors import DateLockedError
from ingestion.lake import LocalLake
from ingestion.locking.advisory_lock import advisory_date_lock
from ingestion.locking.files import date_lock
from ingestion.postgres.connections import ConnectionSettings
from ingestion.postgres.embedded import running_postgres
from ingestion.publication.change_journal import DateChange, dates_in_change
from postgres_states import state_folder

DAY = date(2026, 1, 1)
NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
SHARED = "hdfs://namenode:9000/procurement"
BROKEN = b"no,header\n"

#: Commands that write to a date of the lake, with what they are given beside it.
WRITING = {
    "land": lambda work: [f"--date={DAY}", f"--inbox={work}/inbox"],
    "requeue": lambda work: [f"{work}/a.csv", f"--date={DAY}", "--feed=orders"],
}
#: Commands that are given a lake and only read it.
READING: dict[str, Callable[[Path], list[str]]] = {
    "status": lambda _: [],
    "generate": lambda work: [
        *(f"--from={DAY}", f"--to={DAY}", "--orders=5"),
        *(f"--out={work}/made/inbox", f"--master-out={work}/made/master"),
    ],
}


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An inbox with a file that is refused, a corrected copy of it, and a state."""
    folder = tmp_path / f"inbox/orders/{DAY}"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_bytes(BROKEN)
    (tmp_path / "a.csv").write_bytes(csv_file(CSV_ROW))
    monkeypatch.setenv("PROCUREMENT_STATE", str(tmp_path / "state"))
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def call(command: str, work: Path, lake: str) -> int:
    return main([command, *WRITING[command](work), f"--lake={lake}"])


def commands_with_a_lake() -> Iterator[str]:
    parser = build_parser()
    (commands,) = (
        action
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    for name, command in commands.choices.items():
        if "--lake" in command.format_help():
            yield name


def test_commands_that_are_given_a_lake_are_known_to_write_or_to_read() -> None:
    assert set(commands_with_a_lake()) == {*WRITING, *READING}


@pytest.mark.parametrize("command", WRITING)
def test_another_run_on_this_machine_holds_the_date(
    work: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = work / "lake"
    with date_lock(work / "state", str(lake), DAY, NOW):
        assert call(command, work, str(lake)) == 5
    assert "Another run" in capsys.readouterr().err
    assert not LocalLake(lake).folders("manifests")


@pytest.fixture(scope="module")
def server() -> Iterator[ConnectionSettings]:
    with state_folder() as state, running_postgres(state) as settings:
        yield settings


@pytest.mark.parametrize("command", WRITING)
def test_another_run_on_another_machine_holds_the_date(
    work: Path,
    command: str,
    server: ConnectionSettings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PGHOST", server.host)
    monkeypatch.setenv("PGUSER", server.user)
    monkeypatch.setenv("PGDATABASE", server.database)
    # Nobody answers there: the lake must not be touched before the date is held.
    monkeypatch.setenv("WEBHDFS_URL", "http://127.0.0.1:9")
    with advisory_date_lock(server, SHARED, DAY, "on-another-machine"):
        assert call(command, work, SHARED) == 5
    assert "on-another-machine" in capsys.readouterr().err


@pytest.mark.parametrize("command", WRITING)
def test_what_a_killed_run_left_is_settled_while_the_date_is_held(
    work: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = LocalLake(work / "lake")
    assert call("land", work, lake.root) == 0
    DateChange(lake, DAY).begin(1, [], [], ["made/by/the/killed"])
    with lake.writer("made/by/the/killed") as stream:
        stream.write(b"x")
    looked: list[bool] = []
    monkeypatch.setattr(
        LocalLake, "delete", watched(LocalLake.delete, looked, work / "state")
    )

    assert call(command, work, lake.root) == 0

    assert dates_in_change(lake) == []
    assert not lake.exists("made/by/the/killed")
    assert looked
    assert all(looked)


def watched(
    delete: Callable[[LocalLake, str], None], looked: list[bool], state: Path
) -> Callable[[LocalLake, str], None]:
    """The same, noting whether the date is held meanwhile."""

    def is_held(lake: str) -> bool:
        lock: AbstractContextManager[None] = date_lock(state, lake, DAY, NOW)
        try:
            with lock:
                return False
        except DateLockedError:
            return True

    def watching(lake: LocalLake, path: str) -> None:
        looked.append(is_held(lake.root))
        delete(lake, path)

    return watching


def test_a_command_that_reads_changes_nothing(work: Path) -> None:
    lake = work / "lake"
    assert call("land", work, str(lake)) == 0
    before = sorted((path, path.stat().st_mtime_ns) for path in lake.rglob("*"))

    for command, options in READING.items():
        assert main([command, *options(work), f"--lake={lake}"]) == 0

    assert before == sorted((path, path.stat().st_mtime_ns) for path in lake.rglob("*"))
