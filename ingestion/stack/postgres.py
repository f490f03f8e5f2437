"""The stack's PostgreSQL: the wheel's programs, on TCP, with a role per purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from ingestion.postgres.connections import ConnectionSettings, connect
from ingestion.postgres.server import Server
from ingestion.stack.places import BATCH_USER, CONFIGURATION, HOST, StackPlace


class StackServer(Server):
    """PostgreSQL on loopback; its superuser comes in through the socket only."""

    # The socket's folder can be entered by the server's own user and root.
    ACCESS = ("--auth-local=trust", "--auth-host=scram-sha-256")
    SUPERUSER = "postgres"
    LISTEN = HOST
    CONNECTIONS = 100

    def __init__(self, place: StackPlace) -> None:
        super().__init__(place.home)
        self._stack = place

    @property
    def settings(self) -> ConnectionSettings:
        return self._as_superuser("postgres")

    @property
    def log(self) -> Path:
        """What the server says."""
        return self._place.log

    def client(self) -> ConnectionSettings:
        """How the batch connects."""
        ports, secrets = self._stack.ports, self._stack.secrets
        return ConnectionSettings(
            HOST, ports.postgres, BATCH_USER, secrets.loader, "procurement"
        )

    def make_roles(self) -> None:
        """Roles, databases and rights of ``roles.sql``; what is there already stays."""
        secrets = self._stack.secrets
        passwords = {
            "loader_password": secrets.loader,
            "reader_password": secrets.trino_reader,
            "metastore_password": secrets.metastore,
        }
        script = (CONFIGURATION / "postgresql" / "roles.sql").read_text()
        for part in re.split(r"^\\connect ", f"postgres\n{script}", flags=re.MULTILINE):
            database, _, statements = part.partition("\n")
            self._run(database, _with_passwords(statements, passwords))

    def _run(self, database: str, script: str) -> None:
        from psycopg2 import errors

        exists = (
            errors.DuplicateObject,
            errors.DuplicateDatabase,
            errors.DuplicateSchema,
        )
        with closing(connect(self._as_superuser(database))) as connection:
            connection.autocommit = True  # create database knows no transaction
            with connection.cursor() as cursor:
                for statement in re.sub("(?m)^--.*$", "", script).split(";"):
                    if statement.strip():
                        with suppress(*exists):
                            cursor.execute(statement)

    def _as_superuser(self, database: str) -> ConnectionSettings:
        return ConnectionSettings(
            host=str(self._place.socket),
            port=self._stack.ports.postgres,
            user=self.SUPERUSER,
            password=None,
            database=database,
        )

    @property
    def port(self) -> int:
        """Port on loopback, one of the stack's own."""
        return self._stack.ports.postgres


def _with_passwords(script: str, passwords: Mapping[str, str]) -> str:
    """Put psql's variables, written ``:'name'``, in place as psql does."""

    def quoted(found: re.Match[str]) -> str:
        return "'" + passwords[found[1]].replace("'", "''") + "'"

    return re.sub(r":'(\w+)'", quoted, script)
