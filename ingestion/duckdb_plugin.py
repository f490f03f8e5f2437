"""dbt-duckdb plugin: brings PostgreSQL up and attaches it under Trino's name.

It lets ``dbt build`` work with nothing started before. The profile names it::

    path: <lake>/warehouse/warehouse.duckdb
    plugins: [{module: ingestion.duckdb_plugin}]
    module_paths: ['.']

PostgreSQL is then the database ``postgresql``, as Trino's catalog is called, so that
one source definition serves both engines, and a mart may be written there. The batch
needs it not: it captures master data in the lake before dbt runs, and says so in the
environment.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from ingestion.config import WITHOUT_POSTGRES, Settings, load_settings
from ingestion.errors import ProcurementError, ServiceUnavailableError, UsageError
from ingestion.master_data.tables import SCHEMA, absent_tables, ensure_tables
from ingestion.postgres import ConnectionSettings, connect, first_line
from ingestion.postgres.embedded import hold_until_exit

if TYPE_CHECKING:
    from dbt.adapters.duckdb.credentials import DuckDBCredentials
    from duckdb import DuckDBPyConnection

DATABASE = "postgresql"


class Plugin(BasePlugin):
    """Prepares every DuckDB database that dbt opens for this project."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Start the server and make the folders, before DuckDB opens its file.

        ``folders`` of the configuration are those of the lake that models write to.
        """
        try:
            self._settings = load_settings()
            self._make_folders(self._settings, plugin_config.get("folders", []))
            self._postgres = (
                None
                if os.environ.get(WITHOUT_POSTGRES)
                else _postgres_with_tables(self._settings)
            )
        except ProcurementError as error:
            raise DbtRuntimeError(str(error)) from None

    def update_connection_config(
        self,
        creds: DuckDBCredentials,  # noqa: ARG002
        config: dict[str, Any],
    ) -> None:
        """Keep DuckDB from fetching anything, and extensions in the state folder."""
        extensions = self._settings.state / "duckdb_extensions"
        config["extension_directory"] = str(extensions)
        config["autoinstall_known_extensions"] = "false"
        config["autoload_known_extensions"] = "false"

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Load the extension and attach PostgreSQL, once for all of dbt's threads."""
        import duckdb

        if self._postgres is None:
            return
        try:
            conn.execute(f"install {_quoted(str(_extension_file()))}")
            conn.execute("load postgres")
            # DuckDB alone compares text, by bytes: a server may collate otherwise,
            # and DuckDB would hand it filters, even those it draws from joins.
            conn.execute("set global pg_experimental_filter_pushdown = false")
            # One process may plan many dates: tables that were made anew in
            # between are looked up again.
            conn.execute("set global pg_staleness_query_enabled = true")
            conn.execute("set global TimeZone = 'UTC'")
            conn.execute(
                f"attach if not exists {_quoted(self._postgres.dsn())} "
                f"as {DATABASE} (type postgres)"
            )
        except (duckdb.Error, ProcurementError) as error:
            raise DbtRuntimeError(
                f"DuckDB cannot attach PostgreSQL at {self._postgres.address()}: "
                f"{first_line(error)}."
            ) from None

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Each of dbt's threads has its own session."""
        cursor.execute("set TimeZone = 'UTC'")

    def _make_folders(self, settings: Settings, in_lake: Sequence[str]) -> None:
        if "://" in settings.lake:
            raise UsageError(
                f"The embedded target cannot write to the lake {settings.lake!r}. "
                "Set PROCUREMENT_LAKE to a local folder, or use the trino target."
            )
        folders = [Path(settings.lake) / folder for folder in in_lake]
        if self.creds is not None and self.creds.path != ":memory:":
            folders.append(Path(self.creds.path).parent)
        try:
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ServiceUnavailableError(
                f"The lake's folder {error.filename} cannot be made: {error.strerror}."
            ) from error


def _postgres_with_tables(settings: Settings) -> ConnectionSettings:
    """The server with the six tables: made on our own, demanded of another's."""
    is_ours = not os.environ.get("PGHOST")
    postgres = (
        hold_until_exit(settings.state)
        if is_ours
        else ConnectionSettings.from_environment()
    )
    connection = connect(postgres)
    try:
        if is_ours:
            ensure_tables(connection)
        else:
            with connection.cursor() as cursor:
                _demand_tables(postgres, absent_tables(cursor))
    finally:
        connection.close()
    return postgres


def _demand_tables(postgres: ConnectionSettings, absent: list[str]) -> None:
    if absent:
        raise ServiceUnavailableError(
            f"PostgreSQL at {postgres.address()}, database {postgres.database!r}, "
            f"lacks {', '.join(f'{SCHEMA}.{name}' for name in absent)}. Load master "
            "data with 'python -m ingestion master load --from DIR', which creates "
            "them, or set PGDATABASE to the database that has them."
        )


def _extension_file() -> Path:
    """The signed extension in its wheel, so that nothing is downloaded."""
    import duckdb

    spec = importlib.util.find_spec("duckdb_extension_postgres")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    file = (
        folder / "extensions" / f"v{duckdb.__version__}" / "postgres.duckdb_extension"
    )
    if spec is None or not file.exists():
        raise ServiceUnavailableError(
            "the package duckdb-extension-postgres of the version of duckdb, "
            f"{duckdb.__version__}, is not installed"
        )
    return file


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
