"""The stack's PostgreSQL: the wheel's programs, on TCP, with a role per purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing, suppress

from ingestion.postgres import ConnectionSettings, connect
from ingestion.postgres.server import Server, ServerOptions
from stack.launcher.places import BATCH_USER, CONFIGURATION, HOST, StackPlace


class StackServer(Server):
    """PostgreSQL on loopback; its superuser comes in through the socket only."""

    def __init__(self, place: StackPlace) -> None:
        options = ServerOptions(
            superuser="postgres",
            access=("--auth-local=trust", "--auth-host=scram-sha-256"),
            listen=HOST,
            port=place.ports.postgres,
            connections=100,
        )
        super().__init__(place.home, options)
        self._stack = place

    def client(self) -> ConnectionSettings:
        """How the batch connects."""
        ports, secrets = self._stack.ports, self._stack.secrets
        return ConnectionSettings(
            HOST, ports.postgres, BATCH_USER, secrets.loader, "procurement"
        )

    def start(self) -> None:
        """Bring it up with all that ``roles.sql`` makes."""
        if self.is_running():
            return
        super().start()
        secrets = self._stack.secrets
        passwords = {
            "loader_password": secrets.loader,
            "reader_password": secrets.trino_reader,
            "metastore_password": secrets.metastore,
        }
        script = (CONFIGURATION / "postgresql" / "roles.sql").read_text()
        for part in re.split(r"^\\connect ", f"postgres\n{script}", flags=re.MULTILINE):
            database, _, statements = part.partition("\n")
            self._run_statements(database, _with_passwords(statements, passwords))

    def _run_statements(self, database: str, script: str) -> None:
        """Run what psql would; what is there already stays."""
        from psycopg2 import errors

        exists = (
            errors.DuplicateObject,
            errors.DuplicateDatabase,
            errors.DuplicateSchema,
        )
        with closing(connect(self.settings(database))) as connection:
            connection.autocommit = True  # create database knows no transaction
            with connection.cursor() as cursor:
                for statement in re.sub("(?m)^--.*$", "", script).split(";"):
                    if statement.strip():
                        with suppress(*exists):
                            cursor.execute(statement)


def _with_passwords(script: str, passwords: Mapping[str, str]) -> str:
    """Put psql's variables, written ``:'name'``, in place as psql does."""

    def quoted(found: re.Match[str]) -> str:
        return "'" + passwords[found[1]].replace("'", "''") + "'"

    return re.sub(r":'(\w+)'", quoted, script)
