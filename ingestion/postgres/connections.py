"""Settings of one PostgreSQL database, and connecting to it."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
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

        PGHOST is set. What else is not has libpq's default: port 5432, the name of
        the person at the keyboard, and a database of the user's name.

        Raises:
            UsageError: PGPORT is not a port.
        """
        user = environ.get("PGUSER") or getpass.getuser()
        return cls(
            host=environ["PGHOST"],
            port=port_number("PGPORT", environ.get("PGPORT") or str(DEFAULT_PORT)),
            user=user,
            password=environ.get("PGPASSWORD") or None,
            database=environ.get("PGDATABASE") or user,
        )

    def address(self) -> str:
        """Host and port as messages name them."""
        return f"{self.host}:{self.port}"

    def dsn(self) -> str:
        """The ``key=value`` form of libpq, without the password.

        Engines put it into their error messages, so the password stays in the
        environment, where libpq finds it by itself.
        """
        from psycopg2.extensions import make_dsn

        return str(
            make_dsn(
                host=self.host,
                port=self.port,
                user=self.user,
                dbname=self.database,
                connect_timeout=CONNECT_TIMEOUT_SECONDS,
            )
        )


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
            settings.dsn(),
            password=settings.password,
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


def first_line(error: Exception) -> str:
    """What a driver's error says, without its trailing context lines."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def port_number(variable: str, text: str) -> int:
    """The port that an environment variable names.

    Raises:
        UsageError: it names none.
    """
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise UsageError(
            f"{variable}={text!r} is not a port: use a number up to 65535."
        )
    return int(text)
