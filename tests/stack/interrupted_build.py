"""dbt builds a date, and just before it writes the orders something else happens.

A process of its own, because the hook below stays for good:

    python tests/stack/interrupted_build.py 2026-03-01 COMMAND...

builds 2026-03-01 on Trino, and lets the command run to its end before the statement
that exports the orders is sent. Its exit code is dbt's, or 70 when there was no such
statement.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from dbt.adapters.trino.connections import ConnectionWrapper
from dbt.cli.main import dbtRunner

from ingestion.config import PROJECT_DIR

_WRITING = "insert into hive.export.supplier_orders"


def main() -> int:
    """Build, with the interruption."""
    day, *command = sys.argv[1:]
    waiting = [command]
    execute = ConnectionWrapper.execute

    def execute_after_command(self: Any, sql: str, *arguments: Any) -> Any:
        if waiting and _WRITING in sql:
            subprocess.run(waiting.pop(), check=True, stdout=sys.stderr)
        return execute(self, sql, *arguments)  # type: ignore[no-untyped-call]

    ConnectionWrapper.execute = execute_after_command  # type: ignore[method-assign]
    outcome = dbtRunner().invoke(
        [
            *("build", "--selector", "nightly", "--target", "trino"),
            *("--project-dir", str(PROJECT_DIR), "--profiles-dir", str(PROJECT_DIR)),
            *("--vars", f"{{run_date: '{day}', master_data_is_captured: true}}"),
        ]
    )
    if waiting:
        return 70
    return 0 if outcome.success else 1


if __name__ == "__main__":
    sys.exit(main())
