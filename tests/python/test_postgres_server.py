"""The embedded server: who starts it, who stops it, and what it survives."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from ingestion.errors import ServiceUnavailableError
from ingestion.postgres import ConnectionSettings, connect
from ingestion.postgres.embedded import EmbeddedPostgres, running_postgres
from ingestion.postgres.folders import folder_outside, server_folders
from ingestion.postgres.processes import read_pid
from postgres_states import (
    first_line_of,
    is_serving,
    remove_state,
    start_user,
    state_folder,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up its rights")


@pytest.fixture
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


def execute(settings: ConnectionSettings, statement: str) -> list[tuple[object, ...]]:
    with closing(connect(settings)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def server_process(state: Path) -> psutil.Process:
    found = read_pid(server_folders(state).data)
    assert found is not None
    return psutil.Process(found)


def test_last_user_stops_the_server_though_its_connection_is_open(state: Path) -> None:
    other = start_user(state)
    assert first_line_of(other)
    with running_postgres(state) as settings:
        assert execute(settings, "select 1") == [(1,)]
    assert is_serving(state)
    other.communicate(timeout=60)
    assert other.returncode == 0
    assert not is_serving(state)


def test_processes_that_start_at_the_same_moment_share_one_server(state: Path) -> None:
    users = [start_user(state) for _ in range(3)]
    started = {first_line_of(user) for user in users}
    for user in users:
        user.communicate(timeout=60)
    assert len(started) == 1
    assert "" not in started
    assert not is_serving(state)


def test_two_states_have_two_servers(state: Path) -> None:
    with state_folder() as another, running_postgres(state) as one:
        with running_postgres(another) as two:
            execute(one, "create table mine (a int)")
            assert execute(two, "select to_regclass('mine')") == [(None,)]
        assert execute(one, "select count(*) from mine") == [(0,)]


def test_server_is_reached_through_its_socket_alone(state: Path) -> None:
    with running_postgres(state) as settings:
        assert execute(settings, "show listen_addresses") == [("",)]
        assert execute(settings, "show fsync") == [("on",)]
        assert stat.S_IMODE(Path(settings.host).stat().st_mode) == 0o700


def test_committed_rows_survive_a_killed_server(state: Path) -> None:
    user = EmbeddedPostgres(state)
    execute(user.acquire(), "create table kept as select 7 as a")
    server_process(state).kill()
    assert execute(user.acquire(), "select a from kept") == [(7,)]
    user.release()
    assert not is_serving(state)


def test_pid_file_whose_number_is_another_process_is_seen_through(state: Path) -> None:
    with running_postgres(state):
        data = server_folders(state).data
        lines = (data / "postmaster.pid").read_text().splitlines()
    lines[0] = str(os.getpid())
    (data / "postmaster.pid").write_text("\n".join([*lines[:7], "ready   "]))
    with running_postgres(state) as settings:
        assert execute(settings, "select 1") == [(1,)]


def test_a_clock_that_was_set_back_stops_no_server(state: Path) -> None:
    with running_postgres(state):
        record = server_folders(state).data / "postmaster.pid"
        lines = record.read_text().splitlines()
        lines[2] = str(int(lines[2]) + 7200)  # started later than it is now
        record.write_text("\n".join(lines) + "\n")
        before = server_process(state).pid
        with running_postgres(state) as settings:
            assert execute(settings, "select 1") == [(1,)]
        assert server_process(state).pid == before


def test_killed_user_leaves_nothing_that_the_next_one_does_not_stop(
    state: Path,
) -> None:
    killed = start_user(state)
    assert first_line_of(killed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    assert is_serving(state)
    with running_postgres(state):
        pass
    assert not is_serving(state)


def test_kept_server_outlives_its_users_until_it_is_let_go(state: Path) -> None:
    user = EmbeddedPostgres(state)
    user.acquire()
    user.keep()
    user.release()
    assert is_serving(state)
    user.acquire()
    assert not user.stop_keeping()
    assert is_serving(state)
    user.release()
    assert not is_serving(state)


def test_deleted_state_is_a_fresh_start(state: Path) -> None:
    user = EmbeddedPostgres(state)
    execute(user.acquire(), "create table former (a int)")
    shutil.rmtree(state)
    with running_postgres(state) as settings:
        assert execute(settings, "select to_regclass('former')") == [(None,)]
        # The former user leaves a server that is no longer its own.
        user.release()
        assert execute(settings, "select 1") == [(1,)]
    assert not is_serving(state)


def test_server_of_a_deleted_state_ends_with_its_last_user(state: Path) -> None:
    with running_postgres(state):
        shutil.rmtree(state)
    assert not is_serving(state)
    assert not state.exists()


def test_long_path_has_its_socket_elsewhere(state: Path) -> None:
    deep = state.parent / ("long" * 25)
    with running_postgres(deep) as settings:
        assert settings.host == str(folder_outside(deep) / "socket")
        assert execute(settings, "select 1") == [(1,)]
        assert server_folders(deep).data == deep / "postgres" / "data"
    remove_state(deep)
    assert not folder_outside(deep).exists()


def test_folder_that_others_can_write_is_not_trusted(state: Path) -> None:
    deep = state.parent / ("long" * 25)
    folder_outside(deep).mkdir()
    folder_outside(deep).chmod(0o777)
    try:
        with pytest.raises(ServiceUnavailableError, match="written by others") as said:
            EmbeddedPostgres(deep).acquire()
        assert f"chmod 700 {folder_outside(deep)}" in str(said.value)
    finally:
        folder_outside(deep).rmdir()


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o704])
def test_widened_rights_of_the_data_are_said_with_their_remedy(
    state: Path, mode: int
) -> None:
    odd = state.parent / "a folder"
    with running_postgres(odd) as settings:
        execute(settings, "create table kept as select 7 as a")
        data = server_folders(odd).data
    data.chmod(mode)
    with pytest.raises(ServiceUnavailableError) as failure:
        EmbeddedPostgres(odd).acquire()

    command = str(failure.value).splitlines()[0].partition("run again: ")[2]
    assert command == f"chmod 700 '{data}'"
    subprocess.run(command, shell=True, check=True)
    with running_postgres(odd) as settings:
        assert execute(settings, "select a from kept") == [(7,)]
    remove_state(odd)


def test_odd_names_reach_no_shell(state: Path) -> None:
    odd = state.parent / "it's $(odd), `really`"
    with running_postgres(odd) as settings:
        assert execute(settings, "select 1") == [(1,)]
    remove_state(odd)


def test_failing_start_shows_the_end_of_the_log(state: Path) -> None:
    with running_postgres(state):
        data = server_folders(state).data
    (data / "global" / "pg_control").unlink()
    with pytest.raises(ServiceUnavailableError, match="pg_control") as failure:
        EmbeddedPostgres(state).acquire()
    assert "server.log" in str(failure.value)
    assert not is_serving(state)


@as_root
def test_root_runs_the_server_as_somebody_else(state: Path) -> None:
    with running_postgres(state):
        data = server_folders(state).data
        assert server_process(state).uids().effective != 0
        assert data.stat().st_uid != 0
        assert stat.S_IMODE(data.stat().st_mode) == 0o700


@pytest.fixture
def unreachable(tmp_path: Path) -> Iterator[Path]:
    """A state folder below one that only root can enter."""
    tmp_path.chmod(0o700)
    yield tmp_path / "state"
    remove_state(tmp_path / "state")
    assert not folder_outside(tmp_path / "state").exists()


@as_root
def test_data_lies_elsewhere_when_the_state_is_out_of_reach(
    unreachable: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_postgres(unreachable) as settings:
        execute(settings, "create table kept as select 7 as a")
    place = server_folders(unreachable)
    assert place.data == folder_outside(unreachable) / "data"
    assert capsys.readouterr().err.count("\n") == 1
    with running_postgres(unreachable) as settings:
        assert execute(settings, "select a from kept") == [(7,)]
    assert stat.S_IMODE(unreachable.parent.stat().st_mode) == 0o700


@as_root
def test_data_elsewhere_is_not_taken_over_by_a_new_state(unreachable: Path) -> None:
    user = EmbeddedPostgres(unreachable)
    execute(user.acquire(), "create table former (a int)")
    user.keep()
    user.release()
    shutil.rmtree(unreachable)
    assert is_serving(unreachable)
    with running_postgres(unreachable) as settings:
        assert execute(settings, "select to_regclass('former')") == [(None,)]
    assert not is_serving(unreachable)


@as_root
def test_programs_out_of_reach_are_copied_once(
    unreachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = unreachable.parent / "site-packages"
    installed = server_folders(unreachable).programs.parents[1]
    for folder in (installed, installed.with_name(f"{installed.name}.libs")):
        if folder.exists():
            shutil.copytree(folder, hidden / folder.name, symlinks=True)
    monkeypatch.syspath_prepend(str(hidden))
    with running_postgres(unreachable) as settings:
        assert execute(settings, "select 1") == [(1,)]
    programs = server_folders(unreachable).programs
    assert programs.is_relative_to(folder_outside(unreachable))
