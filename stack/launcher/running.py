"""Starting the stack in order, stopping it, and saying what is up."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ServiceUnavailableError
from stack.launcher.jars import Say, cache_folder, provide_jars
from stack.launcher.java import find_java
from stack.launcher.places import HOST, Ports, stack_place, write_client_environment
from stack.launcher.postgres import StackServer
from stack.launcher.processes import is_port_taken, wait_until
from stack.launcher.services import (
    JAVA_SERVICES,
    environment,
    java_process,
    readiness,
    script,
)

#: For a service that hangs; one that ends is noticed at once, and on a machine with
#: other work Trino has taken more than three minutes.
_START_SECONDS = 400

#: The ports of each service; the first is where people find it.
_PORTS_OF = {
    "postgres": ("postgres",),
    "namenode": ("hdfs_http", "hdfs"),
    "datanode": ("datanode_http", "datanode", "datanode_ipc"),
    "metastore": ("metastore",),
    "trino": ("trino", "trino_internal"),
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
        variables = environment(self._place, jars, java)
        with self._lock():
            self._refuse_taken_ports()
            with self._timed("postgres", runs=self._postgres.is_running()):
                self._postgres.start()
            for name in JAVA_SERVICES:
                self._start(name, variables)
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
        return [
            ServiceStatus(
                "postgres",
                self._postgres.is_running(),
                0,
                self._page("postgres"),
                self._postgres.log,
            ),
            *(
                ServiceStatus(
                    name,
                    process.find() is not None,
                    process.resident_megabytes(),
                    self._page(name),
                    process.log,
                )
                for name in JAVA_SERVICES
                for process in [java_process(self._place, name)]
            ),
        ]

    def _page(self, name: str) -> str:
        trino = "https://" if self._place.has_tls else "http://"
        scheme = {"postgres": "", "metastore": "thrift://", "trino": trino}
        port = getattr(self._place.ports, _PORTS_OF[name][0])
        return f"{scheme.get(name, 'http://')}{HOST}:{port}"

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

    def _start(self, name: str, variables: dict[str, str]) -> None:
        process = java_process(self._place, name)
        runs = process.find() is not None
        with self._timed(name, runs=runs):
            if not runs:
                process.start(script(name), variables, self._place.home / name)
            is_ready = readiness(self._place, name, variables)
            wait_until(process, is_ready, seconds=60 if runs else _START_SECONDS)

    @contextmanager
    def _timed(self, name: str, *, runs: bool) -> Iterator[None]:
        begin = time.monotonic()
        if not runs:
            self._say(f"{name}: starting ...")
        yield
        seconds = time.monotonic() - begin
        self._say(
            f"{name}: runs already" if runs else f"{name}: ready after {seconds:.1f} s"
        )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """One start or stop at a time."""
        with (self._place.home / "lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield
