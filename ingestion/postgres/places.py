"""The folders of an embedded server.

Usually all lie in the state folder. To the refuge goes the data when the
server's user cannot enter the state folder, and the socket when its path would
be too long for the kernel.

``<home>``         belongs to whoever runs the project, so that the server's user
                   cannot swap what root is about to write
``<home>/data``    belongs to the server's user, 0700
``<home>/socket``  belongs to the server's user, 0700
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ServiceUnavailableError
from ingestion.postgres.accounts import Account, run_as, server_account
from ingestion.postgres.connections import DEFAULT_PORT
from ingestion.postgres.programs import is_quotable, server_programs
from ingestion.postgres.refuge import digest_of, refuge_of

#: sun_path holds 108 bytes on Linux and 104 on macOS, with the final NUL.
_LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True)
class Place:
    """Where one embedded server lives, and as whom it runs.

    Attributes:
        home: holds the data and the server's configuration.
        socket: folder of the unix socket.
        programs: folder of ``postgres``, ``initdb`` and ``pg_ctl``.
        log: what the server says; always in the state folder.
        account: the user to run as, None when that is the present user.
        is_moved: home is the refuge.
    """

    home: Path
    socket: Path
    programs: Path
    log: Path
    account: Account | None
    is_moved: bool

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
    return f"procurement-{digest_of(home)}"


def server_place(state: Path) -> Place:
    """Find the place for the server of a state folder; makes the state folder.

    Raises:
        ServiceUnavailableError: no user to run as, or a folder that cannot be
            made, entered or trusted.
    """
    inside = state / "postgres"
    refuge = refuge_of(state)
    account = server_account([inside / "data", refuge / "data"])
    try:
        inside.mkdir(parents=True, exist_ok=True)
        is_moved = not _suits(inside, account)
        home = refuge if is_moved else inside
        return Place(
            home=home,
            socket=_socket(home, refuge),
            programs=server_programs(refuge, account),
            log=inside / "server.log",
            account=account,
            is_moved=is_moved,
        )
    except OSError as error:
        raise ServiceUnavailableError(
            f"The folders of the embedded PostgreSQL cannot be made: {error}. "
            "Set PROCUREMENT_STATE to a folder that can be written."
        ) from error


def _suits(inside: Path, account: Account | None) -> bool:
    """Whether the server can live in the state folder.

    Raises:
        ServiceUnavailableError: its data lies there and it no longer can.
            Starting with an empty server elsewhere would lose the master data.
    """
    if not is_quotable(inside):
        return False
    if account is None:
        return True
    if run_as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", inside]) == 0:
        return True
    if (inside / "data").exists():
        raise ServiceUnavailableError(
            f"PostgreSQL's data in {inside / 'data'} cannot be used: the user "
            f"{account.name} cannot enter that folder any more. Give the folders "
            "above it their former rights back, or remove it to start empty."
        )
    return False


def _socket(home: Path, refuge: Path) -> Path:
    path = home / "socket" / f".s.PGSQL.{DEFAULT_PORT}"
    is_short = len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH
    return (home if is_short else refuge) / "socket"
