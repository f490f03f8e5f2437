"""State folders with a server of their own, for tests of PostgreSQL."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.config import PROJECT_DIR
from ingestion.postgres.folders import folder_outside, label_of
from ingestion.postgres.processes import server_processes
from ingestion.postgres.server import clear_away


@contextmanager
def state_folder() -> Iterator[Path]:
    """A state folder that every user can reach; pytest's own folders are 0700."""
    parent = Path(tempfile.mkdtemp(prefix="pg-"))
    parent.chmod(0o755)
    try:
        yield parent / "state"
    finally:
        remove_state(parent / "state")
        shutil.rmtree(parent)


def remove_state(state: Path) -> None:
    """Remove a state folder, its server and what it keeps elsewhere."""
    shutil.rmtree(state, ignore_errors=True)
    clear_away(state)


def is_serving(state: Path) -> bool:
    """Whether any process of this state's server is alive."""
    homes = (state / "postgres", folder_outside(state))
    return any(server_processes(label_of(home)) for home in homes)


def start_user(state: Path) -> subprocess.Popen[str]:
    """Start another process that uses the server until its stdin is closed.

    Its first line on stdout is the instant at which the server had started.
    """
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from ingestion.postgres import connect\n"
        "from ingestion.postgres.embedded import hold_until_exit\n"
        "connection = connect(hold_until_exit(Path(sys.argv[1])))\n"
        "cursor = connection.cursor()\n"
        "cursor.execute('select pg_postmaster_start_time()::text')\n"
        "print(cursor.fetchone()[0], flush=True)\n"
        "sys.stdin.read()\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT_DIR,
    )


def first_line_of(user: subprocess.Popen[str]) -> str:
    """What the user printed once it had connected."""
    assert user.stdout is not None
    return user.stdout.readline().strip()
