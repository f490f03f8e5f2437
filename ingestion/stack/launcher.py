"""Starting the stack in order, stopping it, and saying what is up."""

from __future__ import annotations

import fcntl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ServiceUnavailableError
from ingestion.stack.jars import Say, cache_folder, provide_jars
from ingestion.stack.java import find_java
from ingestion.stack.places import (
    BATCH_USER,
    HOST,
    Ports,
    StackPlace,
    stack_place,
    write_client_environment,
)
from ingestion.stack.postgres import StackServer
from ingestion.stack.processes import is_port_taken, wait_until
from ingestion.stack.services import (
    HDFS_USER,
    Programs,
    check_datanode,
    check_metastore,
    check_namenode,
    check_trino,
    java_process,
    make_folders,
)

#: In the order in which they are started; each needs those before it.
JAVA_SERVICES = ("namenode", "datanode", "metastore", "trino")

_PORTS_OF = {
    "postgres": ("postgres",),
    "namenode": ("hdfs", "hdfs_http"),
    "datanode": ("datanode", "datanode_http", "datanode_ipc"),
    "metastore": ("metastore",),
    "trino": ("trino", "trino_internal"),
}
_USERS = {
    "namenode": HDFS_USER,
    "datanode": HDFS_USER,
    "metastore": BATCH_USER,
    "trino": BATCH_USER,
}


@dataclass(frozen=True)
class ServiceStatus:
    """One line of the status.

    Attributes:
        megabytes: resident memory; 0 for PostgreSQL, whose processes share theirs.
        page: its web page, or where it listens.
    """

    name: str
    is_up: bool
    megabytes: int
    page: str
    log: Path


class Stack:
    """The stack of one state folder."""

    def __init__(self, state: Path, say: Say) -> None:
        self._place = stack_place(state)
        self._say = say
        self._postgres = StackServer(self._place)

    def up(self) -> Path:
        """Start what does not run; returns the file that a shell can source.

        Raises:
            ServiceUnavailableError: a port is taken, or a service does not come up.
        """
        java = find_java()
        jars = provide_jars(cache_folder(), java, self._say)
        programs = Programs(self._place, jars, java)
        with self._lock():
            self._refuse_taken_ports()
            self._start_postgres()
            self._start_hdfs(programs)
            self._start_metastore(programs)
            self._start_trino(programs)
            return write_client_environment(self._place)

    def down(self) -> None:
        """Stop what this stack started, the last first."""
        with self._lock():
            for name in reversed(JAVA_SERVICES):
                if java_process(self._place, name).stop():
                    self._say(f"{name}: stopped")
            if self._postgres.is_running():
                self._postgres.stop()
                self._say("postgres: stopped")

    def status(self) -> list[ServiceStatus]:
        """Every service in the order in which they start."""
        ports = self._place.ports
        scheme = "https" if self._place.has_tls else "http"
        pages = {
            "namenode": f"http://{HOST}:{ports.hdfs_http}",
            "datanode": f"http://{HOST}:{ports.datanode_http}",
            "metastore": f"thrift://{HOST}:{ports.metastore}",
            "trino": f"{scheme}://{HOST}:{ports.trino}",
        }
        first = ServiceStatus(
            "postgres",
            self._postgres.is_running(),
            0,
            f"{HOST}:{ports.postgres}",
            self._postgres.log,
        )
        return [first, *(self._status_of(name, pages[name]) for name in JAVA_SERVICES)]

    def _status_of(self, name: str, page: str) -> ServiceStatus:
        process = java_process(self._place, name)
        is_up = process.find() is not None
        return ServiceStatus(
            name, is_up, process.resident_megabytes(), page, process.log
        )

    def _refuse_taken_ports(self) -> None:
        running = {status.name for status in self.status() if status.is_up}
        for name, ports in _PORTS_OF.items():
            for port_name in ports if name not in running else ():
                if port_name == "trino_internal" and not self._place.has_tls:
                    continue
                port = getattr(self._place.ports, port_name)
                if is_port_taken(port):
                    raise ServiceUnavailableError(
                        f"Port {port} of {name} is in use by another program. Stop it, "
                        f"or give a new stack another: {Ports.variable(port_name)}=... "
                        f"(the ports of this one stand in {self._place.home})."
                    )

    def _start_postgres(self) -> None:
        def start() -> None:
            self._postgres.start()
            self._postgres.make_roles()

        if self._postgres.is_running():
            self._say("postgres: runs already")
        else:
            self._timed("postgres", start)

    def _start_hdfs(self, programs: Programs) -> None:
        place = self._place
        if not (place.home / "hdfs" / "name" / "current" / "VERSION").exists():
            self._run_once(
                "namenode", programs.namenode("-format", "-nonInteractive"), programs
            )
        self._start("namenode", programs.namenode(), programs, check_namenode)
        self._start("datanode", programs.datanode(), programs, check_datanode)
        make_folders(place)

    def _start_metastore(self, programs: Programs) -> None:
        if java_process(self._place, "metastore").find() is None:
            done = self._place.home / "run" / f"schema-{programs.jars.metastore.name}"
            if not done.exists():
                self._run_once("metastore", programs.metastore_schema(), programs)
                done.touch()
        self._start("metastore", programs.metastore(), programs, check_metastore)

    def _start_trino(self, programs: Programs) -> None:
        self._start("trino", programs.trino(), programs, check_trino)

    def _start(
        self,
        name: str,
        command: list[str],
        programs: Programs,
        check: Callable[[StackPlace], None],
    ) -> None:
        process = java_process(self._place, name)

        def start() -> None:
            if process.find() is None:
                environment = programs.environment(_USERS[name])
                process.start(command, environment, self._place.home / name)
            wait_until(process, lambda: check(self._place), seconds=180)

        if process.find() is not None:
            wait_until(process, lambda: check(self._place), seconds=60)
            self._say(f"{name}: runs already")
        else:
            self._timed(name, start)

    def _run_once(self, name: str, command: list[str], programs: Programs) -> None:
        """Run a preparation to its end."""
        process = java_process(self._place, name)
        process.log.parent.mkdir(parents=True, exist_ok=True)
        with process.log.open("ab") as log:
            done = subprocess.run(  # noqa: S603  # our own programs, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=programs.environment(_USERS[name]),
                cwd=self._place.home,
                check=False,
            )
        if done.returncode != 0:
            raise process.failure("could not be prepared")

    def _timed(self, name: str, start: Callable[[], None]) -> None:
        begin = time.monotonic()
        self._say(f"{name}: starting ...")
        start()
        self._say(f"{name}: ready after {time.monotonic() - begin:.1f} s")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One start or stop at a time."""
        with (self._place.home / "lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def log_files(state: Path) -> list[Path]:
    """The services' logs that exist."""
    stack = Stack(state, lambda _: None)
    return [status.log for status in stack.status() if status.log.exists()]
