"""The user that the embedded server runs as: programs and folders of that user."""

from __future__ import annotations

import os
import pwd
import shlex
import stat
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from ingestion.errors import ServiceUnavailableError

#: The user that root starts the server as; None is the present user.
Account = pwd.struct_passwd | None

#: initdb takes about a second and a start after a crash a few; a program that
#: takes this long hangs.
_LONGEST_SECONDS = 120


def server_account(former_data: Sequence[Path]) -> Account:
    """Whom to run the server as.

    PostgreSQL refuses to run as root. Root becomes the owner of the data where
    there is data already, else ``postgres``, else ``nobody``.

    Raises:
        ServiceUnavailableError: there is no such user.
    """
    if os.geteuid() != 0:
        return None
    owners = [data.lstat().st_uid for data in former_data if os.path.lexists(data)]
    keys: list[int | str] = [*owners, "postgres", "nobody"]
    for key in keys:
        with suppress(KeyError):
            found = pwd.getpwuid(key) if isinstance(key, int) else pwd.getpwnam(key)
            if found.pw_uid != 0:
                return found
    raise ServiceUnavailableError(
        "PostgreSQL does not run as root, and there is neither a user 'postgres' "
        "nor 'nobody' to run it as. Run as another user, or set PGHOST."
    )


def run_as(
    account: Account, command: Sequence[str | Path], *, log: Path | None = None
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
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        ).returncode


def make_private(folder: Path, account: Account) -> None:
    """Make a folder that only the server's user (and root) can enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid, follow_symlinks=False)


def make_own(folder: Path) -> None:
    """Make a folder where others may write too, or take it when it is ours.

    Rights of folders that are not ours are never changed.

    Raises:
        ServiceUnavailableError: somebody else made it, or can write in it.
    """
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
        if not is_ours or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ServiceUnavailableError(
                f"The embedded PostgreSQL needs the folder {folder}, which belongs to "
                "another user or can be written by others. Take their rights away "
                f"(chmod 700 {shlex.quote(str(folder))}), or remove it, or set "
                "PROCUREMENT_STATE to another folder."
            ) from None
    # Others may pass through to what is theirs, but see and change nothing.
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def refuse_widened(data: Path) -> None:
    """See to it that the server's own check of its data folder will pass.

    Raises:
        ServiceUnavailableError: others can do more than PostgreSQL allows.
    """
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & (stat.S_IWGRP | stat.S_IRWXO):
        raise ServiceUnavailableError(
            f"The embedded PostgreSQL does not start: others than its user have rights "
            f"in its data folder {data} ({mode:04o}), and might have changed it. Take "
            f"them away, then run again: chmod 700 {shlex.quote(str(data))}"
        )
