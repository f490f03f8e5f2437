"""The user that the embedded server runs as, and running programs as that user."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ServiceUnavailableError

#: initdb takes about a second and a start after a crash a few; a program that
#: takes this long hangs.
_LONGEST_SECONDS = 120


@dataclass(frozen=True)
class Account:
    """The user that root starts the server as."""

    name: str
    uid: int
    gid: int


def server_account(former_data: Sequence[Path]) -> Account | None:
    """Whom to run the server as; None is the present user.

    PostgreSQL refuses to run as root. Root becomes the owner of the data where
    there is data already, else ``postgres``, else ``nobody``.

    Raises:
        ServiceUnavailableError: there is no such user.
    """
    if os.geteuid() != 0:
        return None
    keys: list[str | int] = [*map(_owner, former_data), "postgres", "nobody"]
    for key in keys:
        found = _user(key)
        if found is not None and found.uid != 0:
            return found
    raise ServiceUnavailableError(
        "PostgreSQL does not run as root, and there is neither a user 'postgres' "
        "nor 'nobody' to run it as. Run as another user, or set PGHOST."
    )


def run_as(
    account: Account | None, command: Sequence[str | Path], *, log: Path | None = None
) -> int:
    """Run a server program to its end and return its exit code.

    Its output goes to a file: the server inherits it and never closes it, so
    that a pipe would be waited for until the server stops.
    """
    with (log or Path(os.devnull)).open("ab") as output:
        return subprocess.run(  # noqa: S603 - programs of the wheel, no shell
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # The present folder may be out of the account's reach, and PG*
            # variables of the person's shell are about another server.
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            timeout=_LONGEST_SECONDS,
            check=False,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        ).returncode


def _owner(folder: Path) -> int:
    try:
        return folder.lstat().st_uid
    except OSError:
        return 0


def _user(key: str | int) -> Account | None:
    try:
        entry = pwd.getpwnam(key) if isinstance(key, str) else pwd.getpwuid(key)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
