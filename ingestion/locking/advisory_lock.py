"""One run per business date among several machines: a lock that PostgreSQL keeps.

For lakes that no file lock covers, those in HDFS. The lock belongs to a connection: it
ends with it, also when its machine is gone, and needs no clock and no renewal. All
machines of one lake read their master data from one server, so that they meet there.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING

from ingestion.errors import ServiceUnavailableError
from ingestion.locking.files import held_elsewhere
from ingestion.postgres.connections import ConnectionSettings, connect, first_line

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

#: Silent holders are given up after a minute, not after TCP's two hours.
_NOTICE_THE_DEAD = """
set tcp_keepalives_idle = 30;
set tcp_keepalives_interval = 10;
set tcp_keepalives_count = 3;
set idle_session_timeout = 0
"""
_HOLDER = """
select activity.application_name, to_char(
    activity.backend_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
from pg_locks as locks
inner join pg_stat_activity as activity on locks.pid = activity.pid
where
    locks.locktype = 'advisory'
    and locks.granted
    and (locks.classid::bigint << 32 | locks.objid::bigint) = %s
"""


@contextmanager
def advisory_date_lock(
    settings: ConnectionSettings, lake: str, business_date: date, run_id: str
) -> Iterator[Callable[[], None]]:
    """Hold one business date of one lake, or say at once who does.

    Returns:
        what to call before anything is made visible: it raises when the server has
        lost the lock meanwhile, and another run may have it.

    Raises:
        DateLockedError: another run holds the date.
        ServiceUnavailableError: the server does not answer.
    """
    import psycopg2

    key = _key(lake, business_date)
    with closing(connect(settings)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(_NOTICE_THE_DEAD)
            cursor.execute(
                "select set_config('application_name', %s, false)",
                (f"{run_id} on {socket.gethostname()}"[:63],),
            )
            cursor.execute("select pg_try_advisory_lock(%s)", (key,))
            if cursor.fetchone() != (True,):
                raise held_elsewhere(business_date, _holder(cursor, key))

            def demand() -> None:
                try:
                    cursor.execute("select 1")
                except psycopg2.Error as error:
                    raise _lost(settings, business_date, error) from None

            try:
                yield demand
            finally:
                # The server sees only later that a connection was closed. One that is
                # lost has let go of the lock already.
                with suppress(psycopg2.Error):
                    cursor.execute("select pg_advisory_unlock(%s)", (key,))


def _key(lake: str, business_date: date) -> int:
    """63 bits, so that PostgreSQL's two halves of it can be put together again."""
    digest = hashlib.sha256(f"{lake}\0{business_date}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _holder(cursor: Cursor, key: int) -> str:
    cursor.execute(_HOLDER, (key,))
    row = cursor.fetchone()
    return f" ({row[0]}, since {row[1]})" if row else ""


def _lost(
    settings: ConnectionSettings, business_date: date, error: Exception
) -> ServiceUnavailableError:
    return ServiceUnavailableError(
        f"PostgreSQL at {settings.address()} went away while {business_date} was "
        f"planned ({first_line(error)}), and the lock on the date with it: another run "
        "may have begun. Nothing was published; run again."
    )
