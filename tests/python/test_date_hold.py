"""Holding a date against other machines, which meet at one PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from ingestion.config import Settings, load_settings
from ingestion.errors import DateLockedError, ServiceUnavailableError
from ingestion.locking.advisory_lock import advisory_date_lock
from ingestion.locking.files import engine_lock
from ingestion.planning.engine import PreparedTables
from ingestion.postgres import ConnectionSettings, connect
from ingestion.postgres.embedded import running_postgres
from pipeline_runner import PROJECT
from postgres_states import state_folder

DAY = date(2026, 1, 1)
LAKE = "hdfs://namenode:9000/procurement"


@pytest.fixture(scope="module")
def server() -> Iterator[ConnectionSettings]:
    with state_folder() as state, running_postgres(state) as settings:
        yield settings


def test_another_machine_is_told_who_holds_the_date(
    server: ConnectionSettings,
) -> None:
    with advisory_date_lock(server, LAKE, DAY, "20260101T220000Z-7") as demand:
        with (
            pytest.raises(
                DateLockedError, match=r"20260101T220000Z-7 on .*, since 20\d\d-.*Z\)"
            ),
            advisory_date_lock(server, LAKE, DAY, "other"),
        ):
            pass
        with (
            advisory_date_lock(server, LAKE, date(2026, 1, 2), "other"),
            advisory_date_lock(server, "hdfs://namenode:9000/other", DAY, "other"),
        ):
            pass
        demand()
    with advisory_date_lock(server, LAKE, DAY, "other"):
        pass


def test_a_date_is_free_at_once_for_the_next_run(server: ConnectionSettings) -> None:
    for _ in range(200):
        with advisory_date_lock(server, LAKE, DAY, "run"):
            pass


def test_a_killed_run_holds_nothing(server: ConnectionSettings) -> None:
    script = (
        "import sys, time\n"
        "from datetime import date\n"
        "from ingestion.locking.advisory_lock import advisory_date_lock\n"
        "from ingestion.postgres import ConnectionSettings\n"
        "host, user, database, lake = sys.argv[1:]\n"
        "server = ConnectionSettings(host, 5432, user, None, database)\n"
        "with advisory_date_lock(server, lake, date(2026, 1, 1), 'killed'):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, server.host, server.user, server.database, LAKE],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with (
        pytest.raises(DateLockedError, match="killed"),
        advisory_date_lock(server, LAKE, DAY, "next"),
    ):
        pass

    other.kill()
    other.wait()
    other.stdout.close()

    # The server sees at once that the connection is closed; not before it looks.
    assert any(is_free(server) for _ in range(100))


def is_free(server: ConnectionSettings) -> bool:
    try:
        with advisory_date_lock(server, LAKE, DAY, "next"):
            return True
    except DateLockedError:
        return False


def test_a_lock_that_the_server_lost_is_noticed(server: ConnectionSettings) -> None:
    with advisory_date_lock(server, LAKE, DAY, "run") as demand:
        with closing(connect(server)) as admin, admin.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_locks "
                "where locktype = 'advisory'"
            )
        with pytest.raises(ServiceUnavailableError, match="Nothing was published"):
            demand()


def test_builds_of_one_engine_are_alone_or_share_it(tmp_path: Path) -> None:
    waited: list[str] = []

    def give_up() -> None:
        waited.append("waited")
        raise TimeoutError

    def hold(*, shared: bool) -> bool:
        """Whether another run gets the engine at once."""
        try:
            with engine_lock(tmp_path, LAKE, give_up, shared=shared):
                return True
        except TimeoutError:
            return False

    with engine_lock(tmp_path, LAKE, give_up) as share:
        assert not hold(shared=True)
        share()
        assert hold(shared=True)
        assert not hold(shared=False)
    assert hold(shared=False)


def settings(state: Path, target: str) -> Settings:
    return load_settings(
        lake=LAKE, target=target, environ={"PROCUREMENT_STATE": str(state)}
    )


def test_trino_is_shared_once_its_tables_are_made(tmp_path: Path) -> None:
    def of(target: str, lake: str = LAKE, *, trial: bool = False) -> PreparedTables:
        return PreparedTables(settings(tmp_path, target), lake, trial=trial)

    tables = of("trino")
    assert not tables.are_made()

    tables.remember()
    assert tables.are_made()
    assert not of("trino", "hdfs://other:9000/x").are_made()
    assert not of("trino", trial=True).are_made()
    assert not of("embedded").are_made()

    tables.forget()
    assert not tables.are_made()
