"""The commands ``db up`` and ``db down``."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from contextlib import closing


def add_commands(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add this module's commands to the parser of ``python -m ingestion``."""
    database = subparsers.add_parser("db", help="the project's own PostgreSQL")
    database_actions = database.add_subparsers(required=True, metavar="ACTION")
    up = database_actions.add_parser("up", help="start it and keep it running")
    up.set_defaults(run=database_up)
    down = database_actions.add_parser("down", help="stop it, once nobody uses it")
    down.set_defaults(run=database_down)


def database_up(_: argparse.Namespace) -> int:
    """Start the embedded server, keep it, and print how to reach it.

    The lines on stdout are for the shell: ``eval "$(python -m ingestion db up)"``.
    """
    from ingestion.config import load_settings
    from ingestion.master_data.tables import ensure_tables
    from ingestion.postgres import connect
    from ingestion.postgres.embedded import EmbeddedPostgres

    user = EmbeddedPostgres(load_settings().state)
    settings = user.acquire()
    try:
        user.keep()
        with closing(connect(settings)) as connection:
            ensure_tables(connection)
    finally:
        user.release()
    for name, value in (
        ("PGHOST", settings.host),
        ("PGPORT", str(settings.port)),
        ("PGUSER", settings.user),
        ("PGDATABASE", settings.database),
    ):
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    sys.stderr.write("PostgreSQL runs until 'python -m ingestion db down'.\n")
    return os.EX_OK


def database_down(_: argparse.Namespace) -> int:
    """Stop the embedded server, or leave that to the last of those who use it."""
    from ingestion.config import load_settings
    from ingestion.postgres.embedded import EmbeddedPostgres

    is_stopped = EmbeddedPostgres(load_settings().state).stop_keeping()
    sys.stderr.write(
        "PostgreSQL is stopped.\n"
        if is_stopped
        else "PostgreSQL is in use: it stops when the last of its users leaves.\n"
    )
    return os.EX_OK
