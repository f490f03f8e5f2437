"""The services: what they listen on, how each starts, and what shows that it works."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stack.launcher.jars import Jars
from stack.launcher.places import BATCH_USER, CONFIGURATION, HOST, StackPlace
from stack.launcher.processes import Process

if TYPE_CHECKING:
    from hdfs import InsecureClient  # type: ignore[import-untyped]

#: In the order in which they are started; each needs those before it.
JAVA_SERVICES = ("namenode", "datanode", "metastore", "trino")

#: Superuser of HDFS.
HDFS_USER = "hdfs"

#: What of a person's shell reaches a service.
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR")


def script(*words: str) -> list[str]:
    """The command by which containers, too, start a service or ask about one."""
    return ["bash", str(CONFIGURATION / "service.sh"), *words]


def environment(place: StackPlace, jars: Jars, java: Path) -> dict[str, str]:
    """What :func:`script` needs; ``java`` is the home of a Java runtime."""
    return {
        **{name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
        **place.service_environment(),
        "JAVA_HOME": str(java),
        "STACK_LIB": str(jars.lib),
        "METASTORE_HOME": str(jars.metastore),
        "METASTORE_SCHEMA_MARK": str(
            place.home / "run" / f"schema-{jars.metastore.name}"
        ),
        "TRINO_HOME": str(jars.trino),
        "TZ": "UTC",
    }


def java_process(place: StackPlace, name: str) -> Process:
    """The process of one service, running or not."""
    return Process(name, place.home / "run", place.logs / f"{name}.log")


def readiness(
    place: StackPlace, name: str, variables: dict[str, str]
) -> Callable[[], object]:
    """What returns when a service does its work, and raises anything otherwise."""

    def ask(*words: str) -> None:
        command = script(*words)
        subprocess.run(command, env=variables, check=True, capture_output=True)  # noqa: S603

    def store_in_hdfs() -> None:
        client = hdfs_client(place)
        client.write("/_ready", data=b"ready", overwrite=True)
        with client.read("/_ready") as stream:
            assert stream.read() == b"ready"  # noqa: S101
        ask("folders")

    def query_every_catalog() -> None:
        for statement in (
            "show schemas from hive",
            "show schemas from iceberg",
            "select count(*) from postgresql.information_schema.schemata",
        ):
            trino_rows(place, statement)

    return {
        # In safe mode it answers, and waits for the DataNode.
        "namenode": lambda: hdfs_client(place).status("/"),
        "datanode": store_in_hdfs,
        "metastore": lambda: ask("check", "metastore"),
        "trino": query_every_catalog,
    }[name]


def hdfs_client(place: StackPlace, user: str = HDFS_USER) -> InsecureClient:
    """A WebHDFS client."""
    from hdfs import InsecureClient

    return InsecureClient(place.webhdfs, user=user, timeout=10)


def trino_rows(
    place: StackPlace,
    statement: str,
    user: str = BATCH_USER,
    password: str | None = None,
) -> list[Any]:
    """Rows of one statement; with TLS under the user's password, or a given one."""
    import requests
    from trino.auth import BasicAuthentication
    from trino.dbapi import connect

    password = password or place.trino_passwords.get(user, "")
    with_password = {
        "http_scheme": "https",
        "auth": BasicAuthentication(user, password),
    }
    session = requests.Session()
    # REQUESTS_CA_BUNDLE of a person's shell would win over our certificate.
    session.trust_env = False
    if place.has_tls:
        session.verify = str(place.certificate)
    connection = connect(  # type: ignore[no-untyped-call]
        host=HOST,
        port=place.ports.trino,
        user=user,
        request_timeout=20,
        max_attempts=1,
        http_session=session,
        **(with_password if place.has_tls else {}),
    )
    try:
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall())
    finally:
        connection.close()
