"""``python -m ingestion.setup``: dbt packages for this checkout."""

from __future__ import annotations

import argparse
import sys

from ingestion.config import PROJECT_DIR
from ingestion.errors import ExitCode, ProcurementError
from ingestion.setup.packages import put_dbt_utils_in_place


def main() -> int:
    """Put the packages in place; the exit code."""
    argparse.ArgumentParser(
        prog="python -m ingestion.setup",
        description="Put the dbt packages of packages.yml under dbt_packages/, "
        "or a stand-in for dbt_utils where the package hub cannot be reached.",
    ).parse_args()
    try:
        outcome = put_dbt_utils_in_place(PROJECT_DIR)
    except ProcurementError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code
    sys.stdout.write(f"{outcome.value}\n")
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
