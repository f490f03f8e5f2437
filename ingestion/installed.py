"""Whether this Python has what the project needs; asked before anything is imported.

Only the standard library, and no syntax that an older Python does not read.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent
#: What the packages of requirements/runtime.in are imported as.
_NEEDED = (
    "dbt", "duckdb", "faker", "hdfs", "jinja2", "psutil", "psycopg2", "rich", "trino",
    "xlsxwriter", "yaml",
)  # fmt: skip


def require_packages(program: str) -> None:
    """End the process with 2 and one line on stderr where a package is missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        activate = ". .venv/bin/activate"
        is_made = (_PROJECT / ".venv" / "bin" / "activate").exists()
        advice = activate if is_made else f"make setup && {activate}"
        sys.stderr.write(
            f"{program}: {sys.executable} lacks the packages of the project "
            f"({', '.join(missing)}). In {_PROJECT}: {advice}\n"
        )
        raise SystemExit(2)
