"""Starting and stopping one PostgreSQL server in its folders.

Callers see to it that only one process at a time starts or stops a server.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ServiceUnavailableError, end_of_log
from ingestion.postgres.accounts import (
    make_own,
    make_private,
    refuse_widened,
    run_as,
)
from ingestion.postgres.connections import DEFAULT_PORT, ConnectionSettings, connect
from ingestion.postgres.folders import folder_outside, label_of, server_folders
from ingestion.postgres.processes import end_processes, is_another, read_pid

#: Small: the master data of one retailer. fsync stays on, because people keep real
#: master data here.
_SETTINGS = {
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "64MB",
    "min_wal_size": "32MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_parallel_workers_per_gather": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

#: A server that is slow to answer has users, whom starting another would cut off.
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class ServerOptions:
    """Who gets in, and from where."""

    superuser: str = "procurement"
    #: For initdb. Only the server's user and root can enter the socket's folder.
    access: tuple[str, ...] = ("--auth=trust",)
    #: Address on TCP; without one the socket, named by the port, is the only way in.
    listen: str = ""
    port: int = DEFAULT_PORT
    connections: int = 50


class Server:
    """The server of one state folder."""

    def __init__(self, state: Path, options: ServerOptions | None = None) -> None:
        self._options = options or ServerOptions()
        self._folders = server_folders(state)
        #: Where the data lies when that is not in the state folder.
        self._record = state / "postgres" / "moved-to"
        self.log = state / "postgres" / "server.log"

    def settings(self, database: str = "postgres") -> ConnectionSettings:
        """How its superuser connects while it runs."""
        user, port = self._options.superuser, self._options.port
        return ConnectionSettings(str(self._folders.socket), port, user, None, database)

    def is_running(self) -> bool:
        """Whether this server, and not one of a former state folder, answers."""
        if not self._is_recorded():
            return False
        if read_pid(self._folders.data) is None:
            return False
        try:
            connect(self.settings(), _PATIENCE_SECONDS).close()
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
            if not (self._folders.data / "PG_VERSION").exists():
                self._create_data()
            refuse_widened(self._folders.data)
            self._launch()
        except (OSError, subprocess.SubprocessError) as error:
            raise self._failure(str(error)) from error

    def stop(self) -> None:
        """Stop the server and wait for its end; open connections are cut."""
        end_processes(self._folders.label, read_pid(self._folders.data))

    def _make_folders(self) -> None:
        folders = self._folders
        if folders.home != self._record.parent:
            make_own(folders.home)
            if not self._is_recorded():
                end_processes(folders.label)
                for former in filter(Path.exists, (folders.data, folders.socket)):
                    shutil.rmtree(former)
                self._record.write_text(str(folders.home))
            sys.stderr.write(
                f"PostgreSQL's data lies in {folders.home}, because its user "
                f"cannot use {self._record.parent}.\n"
            )
        elif folders.socket.parent != folders.home:
            make_own(folders.socket.parent)
        make_private(folders.socket, folders.account)

    def _is_recorded(self) -> bool:
        """Whether the data is that of the state folder that we have.

        Whoever deletes the state folder starts afresh, as when the data lies
        inside it; what a former state left outside is not ours to read.
        """
        home, inside = self._folders.home, self._record.parent
        return home == inside or (
            self._record.exists() and self._record.read_text() == str(home)
        )

    def _clear_remains(self) -> None:
        """Get rid of a server that was killed, hangs, or lost its data directory.

        PostgreSQL sees through old lock files unless their number is in use.
        """
        self.stop()
        for file in self._folders.socket.iterdir():
            file.unlink()
        number = read_pid(self._folders.data)
        if number is not None and is_another(number, self._folders.label):
            (self._folders.data / "postmaster.pid").unlink(missing_ok=True)

    def _create_data(self) -> None:
        """Fill a folder beside the target: a killed start leaves no half a server.

        Its initdb may even still be at work, hence the name of our own.
        """
        folders = self._folders
        for former in [*folders.home.glob("data.unfinished-*"), folders.data]:
            shutil.rmtree(former, ignore_errors=True)
        unfinished = folders.home / f"data.unfinished-{os.getpid()}"
        make_private(unfinished, folders.account)
        # Text is compared by bytes, as the rules of the orders ask for.
        self._run(
            "initdb",
            *(f"--pgdata={unfinished}", f"--username={self._options.superuser}"),
            *self._options.access,
            *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "--no-instructions"),
        )
        unfinished.rename(folders.data)

    def _launch(self) -> None:
        folders, options = self._folders, self._options
        settings = {
            **_SETTINGS,
            "cluster_name": folders.label,
            "unix_socket_directories": folders.socket,
            "listen_addresses": options.listen,
            "port": options.port,
            "max_connections": options.connections,
        }
        words = shlex.join(f"--{name}={value}" for name, value in settings.items())
        self._run("pg_ctl", "start", "-w", "-t", "60", "-D", folders.data, "-o", words)
        if not self.is_running():
            raise self._failure("it does not answer")

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self._folders.programs / program, *arguments]
        code = run_as(self._folders.account, command, log=self.log)
        if code != 0:
            raise self._failure(f"{program} ended with {code}")

    def _failure(self, reason: str) -> ServiceUnavailableError:
        return ServiceUnavailableError(
            f"The embedded PostgreSQL does not start: {reason}. Its log is "
            f"{self.log}, and ends with:{end_of_log(self.log, 5)}\n"
            "Set PGHOST to use another server, or PROCUREMENT_STATE for a new one."
        )


def clear_away(state: Path) -> None:
    """End the server of a state folder that was deleted; remove what lies outside."""
    outside = folder_outside(state)
    for home in (state / "postgres", outside):
        end_processes(label_of(home))
    if outside.exists():
        make_own(outside)
        shutil.rmtree(outside)
