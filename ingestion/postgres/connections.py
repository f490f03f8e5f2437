"""Which PostgreSQL to use, and connecting to it with errors a person can act on."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ServiceUnavailableError, UsageError

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812

#: Long enough for a server far away, short enough for a person who waits.
CONNECT_TIMEOUT_SECONDS = 5

DEFAULT_PORT = 5432


@dataclass(frozen=True)
class ConnectionSettings:
    """How to reach one PostgreSQL database.

    Attributes:
        host: name, address, or the folder of a unix socket.
        password: never shown; None leaves it to ``.pgpass`` or to a server
            that asks for none.
    """

    host: str
    port: int
    user: str
    password: str | None = field(repr=False)
    database: str

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] = os.environ
    ) -> ConnectionSettings:
        """Settings from ``PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE``.

        What is not set has libpq's default: port 5432, the name of the person
        at the keyboard, and a database of the user's name.

        Raises:
            UsageError: PGHOST is not set, or PGPORT is not a port.
        """
        host = environ.get("PGHOST")
        if not host:
            raise UsageError("PGHOST is not set: it names the PostgreSQL server.")
        user = environ.get("PGUSER") or getpass.getuser()
        return cls(
            host=host,
            port=_port(environ.get("PGPORT") or str(DEFAULT_PORT)),
            user=user,
            password=environ.get("PGPASSWORD") or None,
            database=environ.get("PGDATABASE") or user,
        )

    def address(self) -> str:
        """Host and port as messages name them."""
        return f"{self.host}:{self.port}"

    def dsn(self) -> str:
        """The ``key='value'`` form of libpq, without the password.

        Engines put it into their error messages, so the password stays in the
        environment, where libpq finds it by itself.
        """
        parts = {
            "host": self.host,
            "port": str(self.port),
            "user": self.user,
            "dbname": self.database,
            "connect_timeout": str(CONNECT_TIMEOUT_SECONDS),
        }
        return " ".join(f"{key}='{_escaped(value)}'" for key, value in parts.items())


def connect(
    settings: ConnectionSettings, seconds: int = CONNECT_TIMEOUT_SECONDS
) -> Connection:
    """Open a connection that speaks UTF-8; the caller closes it.

    Raises:
        ServiceUnavailableError: the server does not answer or lets nobody in.
    """
    import psycopg2

    try:
        return psycopg2.connect(
            host=settings.host,
            port=settings.port,
            user=settings.user,
            password=settings.password,
            dbname=settings.database,
            connect_timeout=seconds,
            client_encoding="UTF8",
            application_name="procurement",
        )
    except psycopg2.Error as error:
        raise ServiceUnavailableError(
            f"PostgreSQL at {settings.address()} (database {settings.database!r}, user "
            f"{settings.user!r}) does not answer: {first_line(error)}. Check that the "
            "server runs and that PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE "
            "are right; without PGHOST the embedded target starts its own."
        ) from None


@contextmanager
def connection_settings(
    state: Path,
    target: str = "embedded",
    environ: Mapping[str, str] = os.environ,
) -> Iterator[ConnectionSettings]:
    """The server that the environment names, else the embedded one, for a block.

    Args:
        state: folder of the embedded server, which runs at least until the
            block ends.
        target: ``embedded`` or ``trino``; Trino reaches only a named server.
        environ: the process's environment, or one to try.

    Raises:
        UsageError: the trino target without PGHOST.
        ServiceUnavailableError: the embedded server does not start.
    """
    if environ.get("PGHOST"):
        yield ConnectionSettings.from_environment(environ)
        return
    if target != "embedded":
        raise _no_server(target)
    from ingestion.postgres.embedded import running_postgres

    with running_postgres(state) as settings:
        yield settings


def check_environment(target: str, environ: Mapping[str, str] = os.environ) -> None:
    """Check what can be checked of the server's settings before any work is done.

    Raises:
        UsageError: PGPORT is not a port, or the trino target has no PGHOST.
    """
    if environ.get("PGHOST"):
        ConnectionSettings.from_environment(environ)
    elif target != "embedded":
        raise _no_server(target)


def first_line(error: Exception) -> str:
    """What a driver's error says, without its trailing context lines."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def _no_server(target: str) -> UsageError:
    return UsageError(
        f"The {target} target reads master data from a PostgreSQL server of yours: "
        "set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE."
    )


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise UsageError(f"PGPORT={text!r} is not a port: use a number up to 65535.")
    return int(text)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
