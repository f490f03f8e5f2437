"""Starting and stopping one PostgreSQL server in its place.

Callers see to it that only one process at a time starts or stops a server.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from ingestion.errors import ServiceUnavailableError
from ingestion.postgres.accounts import run_as
from ingestion.postgres.connections import DEFAULT_PORT, ConnectionSettings, connect
from ingestion.postgres.places import label_of, server_place
from ingestion.postgres.processes import (
    PidFile,
    end_processes,
    end_server,
    read_pid_file,
    wait_until_gone,
)
from ingestion.postgres.refuge import make_private, make_refuge, refuge_of

USER = "procurement"
DATABASE = "postgres"

#: Small: the master data of one retailer. fsync stays on, because people keep real
#: master data here.
_CONFIGURATION = """\
listen_addresses = '{listen}'
port = {port}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
password_encryption = scram-sha-256
max_connections = {connections}
shared_buffers = 64MB
min_wal_size = 32MB
wal_level = minimal
max_wal_senders = 0
max_parallel_workers_per_gather = 0
timezone = 'UTC'
log_timezone = 'UTC'
"""


#: A server that is slow to answer has users, whom starting another would cut off.
_PATIENCE_SECONDS = 60


class Server:
    """The embedded server of one state folder."""

    #: Who gets in is decided by the rights of the socket's folder.
    ACCESS: tuple[str, ...] = ("--auth=trust",)
    SUPERUSER = USER
    #: Reached through the socket alone.
    LISTEN = ""
    CONNECTIONS = 50

    def __init__(self, state: Path) -> None:
        self._place = server_place(state)
        self._record = state / "postgres" / "moved-to"

    @property
    def settings(self) -> ConnectionSettings:
        """How to connect to it while it runs."""
        return ConnectionSettings(
            host=str(self._place.socket),
            port=DEFAULT_PORT,
            user=USER,
            password=None,
            database=DATABASE,
        )

    def is_running(self) -> bool:
        """Whether this server, and not one of a former state folder, answers."""
        if self._place.is_moved and not self._is_recorded():
            return False
        found = read_pid_file(self._place)
        if found is None or found.status != "ready" or not found.is_alive():
            return False
        try:
            connect(self.settings, _PATIENCE_SECONDS).close()
        except ServiceUnavailableError:
            return False
        return True

    def start(self) -> None:
        """Bring the server up, whatever state it was left in.

        Raises:
            ServiceUnavailableError: it does not come up; with the end of its log.
        """
        if self.is_running():
            return
        try:
            self._make_folders()
            self._clear_remains()
            if not (self._place.data / "PG_VERSION").exists():
                self._create_data()
            self._launch()
        except (OSError, subprocess.SubprocessError) as error:
            raise self._failure(str(error)) from error

    def stop(self) -> None:
        """Stop the server and wait for its end; open connections are cut."""
        found = read_pid_file(self._place)
        if found is not None and found.is_alive():
            end_server(found, 30)
        end_processes(self._place.label)

    def _make_folders(self) -> None:
        place = self._place
        if place.is_moved:
            make_refuge(place.home)
            if not self._is_recorded():
                self._remove_former()
            sys.stderr.write(
                f"PostgreSQL's data lies in {place.home}, because its user "
                f"cannot use {self._record.parent}.\n"
            )
        elif place.socket.parent != place.home:
            make_refuge(place.socket.parent)
        make_private(place.socket, place.account)

    def _is_recorded(self) -> bool:
        """Whether the state folder that we have is the one that moved its data.

        Whoever deletes the state folder starts afresh, as when the data lies
        inside it; what a former state left in the refuge is not ours to read.
        """
        try:
            return self._record.read_text() == str(self._place.home)
        except FileNotFoundError:
            return False

    def _remove_former(self) -> None:
        end_processes(self._place.label)
        for name in ("data", "socket"):
            if (self._place.home / name).exists():
                shutil.rmtree(self._place.home / name)
        self._record.write_text(str(self._place.home))

    def _clear_remains(self) -> None:
        """Get rid of a server that was killed, hangs, or lost its data directory."""
        place = self._place
        found = read_pid_file(place)
        if found is not None and found.is_alive():
            self.stop()
        elif found is None or not wait_until_gone(place.label, 10):
            end_processes(place.label)
        self._drop_misleading_files(found)

    def _drop_misleading_files(self, found: PidFile | None) -> None:
        """PostgreSQL sees through old lock files unless their number is in use."""
        for file in self._place.socket.iterdir():
            file.unlink()
        if found is not None and found.is_taken_by_another():
            (self._place.data / "postmaster.pid").unlink(missing_ok=True)

    def _create_data(self) -> None:
        """Fill a folder beside the target: a killed start leaves no half a server.

        Its initdb may even still be at work, hence the name of our own.
        """
        place = self._place
        for former in [*place.home.glob("data.unfinished-*"), place.data]:
            shutil.rmtree(former, ignore_errors=True)
        unfinished = place.home / f"data.unfinished-{os.getpid()}"
        make_private(unfinished, place.account)
        # Text is compared by bytes, as the rules of the orders ask for.
        code = run_as(
            place.account,
            [
                place.programs / "initdb",
                f"--pgdata={unfinished}",
                f"--username={self.SUPERUSER}",
                *self.ACCESS,
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-instructions",
            ],
            log=place.log,
        )
        if code != 0:
            raise self._failure(f"initdb ended with {code}")
        unfinished.rename(place.data)

    def _launch(self) -> None:
        place = self._place
        configuration = place.home / "postgresql.conf"
        configuration.write_text(self._configuration())
        configuration.chmod(0o644)
        options = shlex.join(
            ["-c", f"config_file={configuration}", "-c", f"cluster_name={place.label}"]
        )
        code = run_as(
            place.account,
            [
                place.programs / "pg_ctl",
                *("start", "-w", "-t", "60", "-D"),
                place.data,
                *("-o", options),
            ],
            log=place.log,
        )
        if code != 0 or not self.is_running():
            raise self._failure(f"pg_ctl ended with {code}")

    @property
    def port(self) -> int:
        """Port on TCP, and a part of the socket's name."""
        return DEFAULT_PORT

    def _configuration(self) -> str:
        return _CONFIGURATION.format(
            listen=self.LISTEN,
            port=self.port,
            socket=self._place.socket,
            connections=self.CONNECTIONS,
        )

    def _failure(self, reason: str) -> ServiceUnavailableError:
        try:
            lines = self._place.log.read_text(errors="replace").splitlines()[-5:]
        except OSError:
            lines = []
        said = "".join(f"\n  {line}" for line in lines)
        return ServiceUnavailableError(
            f"The embedded PostgreSQL does not start: {reason}. Its log is "
            f"{self._place.log}, and ends with:{said or ' nothing'}\n"
            "Set PGHOST to use another server, or PROCUREMENT_STATE for a new one."
        )


def clear_away(state: Path) -> None:
    """End the server of a state folder that was deleted, and remove its refuge."""
    refuge = refuge_of(state)
    for home in (state / "postgres", refuge):
        end_processes(label_of(home))
    if refuge.exists():
        make_refuge(refuge)
        shutil.rmtree(refuge)
