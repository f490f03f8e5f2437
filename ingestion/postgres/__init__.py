"""Which PostgreSQL: the one that the environment names, else the embedded one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ingestion.errors import UsageError
from ingestion.postgres.connections import ConnectionSettings, connect, first_line

__all__ = [
    "ConnectionSettings",
    "check_environment",
    "connect",
    "connection_settings",
    "first_line",
]


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
        UsageError: PGPORT is not a port, or the trino target has no PGHOST.
        ServiceUnavailableError: the embedded server does not start.
    """
    if check_environment(target, environ):
        yield ConnectionSettings.from_environment(environ)
        return
    # Here, because a server of the user's needs nothing of the embedded one.
    from ingestion.postgres.embedded import running_postgres

    with running_postgres(state) as settings:
        yield settings


def check_environment(target: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment names a server, in words that can be right.

    Raises:
        UsageError: PGPORT is not a port, or the trino target has no PGHOST.
    """
    if environ.get("PGHOST"):
        ConnectionSettings.from_environment(environ)
        return True
    if target != "embedded":
        raise UsageError(
            f"The {target} target reads master data from a PostgreSQL server of yours: "
            "set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE."
        )
    return False
