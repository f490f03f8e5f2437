"""The refuge: a folder outside the state folder, for what cannot lie inside it.

It lies in the system's temporary folder, where others may write too, so a
folder that is already there is taken only when it is ours. Rights of folders
that are not ours are never changed.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from ingestion.errors import ServiceUnavailableError
from ingestion.postgres.accounts import Account


def refuge_of(state: Path) -> Path:
    """The folder that belongs to a state folder, always the same; not made here."""
    base = Path("/var/tmp")  # noqa: S108 - see make_refuge
    if not os.access(base, os.W_OK | os.X_OK):
        base = Path(tempfile.gettempdir())
    return base / f"procurement-{digest_of(state, os.geteuid())}"


def make_refuge(refuge: Path) -> None:
    """Make the folder, or take it when it is ours and nobody else writes there.

    Raises:
        ServiceUnavailableError: somebody else made it.
    """
    try:
        refuge.mkdir(mode=0o700)
    except FileExistsError:
        found = refuge.lstat()
        is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
        if not is_ours or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ServiceUnavailableError(
                f"The embedded PostgreSQL needs the folder {refuge}, which belongs to "
                "another user or can be written by others. Remove it, or set "
                "PROCUREMENT_STATE to another folder."
            ) from None
    # Others may pass through to what is theirs, but see and change nothing.
    refuge.chmod(0o711 if os.geteuid() == 0 else 0o700)


def make_private(folder: Path, account: Account | None) -> None:
    """Make a folder that only the server's user (and root) can enter."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)


def digest_of(path: Path, *more: object) -> str:
    """Twelve digits that stand for a path in names."""
    text = os.fsencode(path) + repr(more).encode()
    return hashlib.sha256(text).hexdigest()[:12]
