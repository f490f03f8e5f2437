"""The Java services: how each is started, and what shows that it does its work."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.stack.jars import Jars
from ingestion.stack.places import (
    BATCH_USER,
    CONFIGURATION,
    HOST,
    LAKE_PATH,
    StackPlace,
)
from ingestion.stack.processes import Process

if TYPE_CHECKING:
    from hdfs import InsecureClient  # type: ignore[import-untyped]

#: Superuser of HDFS.
HDFS_USER = "hdfs"

_NAMENODE = "org.apache.hadoop.hdfs.server.namenode.NameNode"
_DATANODE = "org.apache.hadoop.hdfs.server.datanode.DataNode"
_METASTORE = "org.apache.hadoop.hive.metastore.HiveMetaStore"
_SCHEMA_TOOL = "org.apache.hadoop.hive.metastore.tools.schematool.MetastoreSchemaTool"

#: Read with every statement; what a session of a person's shell says must not.
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Programs:
    """What commands are made of.

    Attributes:
        java: home of the Java runtime.
    """

    place: StackPlace
    jars: Jars
    java: Path

    def environment(self, user: str) -> dict[str, str]:
        """Environment of a service that is ``user`` to HDFS."""
        kept = {k: os.environ[k] for k in _KEPT_VARIABLES if k in os.environ}
        return {
            **kept,
            **self.place.service_environment(),
            "JAVA_HOME": str(self.java),
            "HADOOP_USER_NAME": user,
            "METASTORE_HOME": str(self.jars.metastore),
            "TRINO_PLUGIN_DIR": str(self.jars.trino / "plugin"),
            "TZ": "UTC",
        }

    def namenode(self, *arguments: str) -> list[str]:
        """The NameNode, or with ``-format`` the making of an empty one."""
        return [*self._java("256M", "hadoop"), _NAMENODE, *arguments]

    def datanode(self) -> list[str]:
        """The DataNode."""
        return [*self._java("256M", "hadoop"), _DATANODE]

    def metastore(self) -> list[str]:
        """The Hive metastore."""
        return [*self._java("384M", "metastore", "hadoop"), _METASTORE]

    def metastore_schema(self) -> list[str]:
        """The making, or bringing up to date, of the metastore's tables."""
        tool = [*self._java("256M", "metastore", "hadoop"), _SCHEMA_TOOL]
        return [*tool, "-dbType", "postgres", "-initOrUpgradeSchema"]

    def trino(self) -> list[str]:
        """Trino, through its own launcher, in the foreground."""
        launcher = str(self.jars.trino / "bin" / "launcher")
        # The profile with TLS differs in what the server listens to, and in no more.
        name = "config-tls" if self.place.has_tls else "config"
        return [
            *(launcher, "run", "--jvm-dir", str(self.java)),
            *("--etc-dir", str(CONFIGURATION / "trino")),
            *("--config", str(CONFIGURATION / "trino" / f"{name}.properties")),
            *("--data-dir", str(self.place.home / "trino")),
        ]

    def _java(self, heap: str, *configuration: str) -> list[str]:
        folders = [str(CONFIGURATION / name) for name in configuration]
        class_path = os.pathsep.join([*folders, f"{self.jars.lib}/*"])
        return [
            str(self.java / "bin" / "java"),
            f"-Xmx{heap}",
            *("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"),
            *("-Djava.net.preferIPv4Stack=true", "-Dfile.encoding=UTF-8"),
            "--enable-native-access=ALL-UNNAMED",
            *("-cp", class_path),
        ]


def java_process(place: StackPlace, name: str) -> Process:
    """The process of one service, running or not."""
    return Process(name, place.home / "run", place.logs / f"{name}.log")


def hdfs_client(place: StackPlace, user: str = HDFS_USER) -> InsecureClient:
    """A WebHDFS client."""
    from hdfs import InsecureClient

    return InsecureClient(place.webhdfs, user=user, timeout=10)


def check_namenode(place: StackPlace) -> None:
    """Ask for the root's status."""
    hdfs_client(place).status("/")


def check_datanode(place: StackPlace) -> None:
    """Write a file and read it back."""
    client = hdfs_client(place)
    client.write("/_ready", data=b"ready", overwrite=True)
    with client.read("/_ready") as stream:
        assert stream.read() == b"ready"  # noqa: S101


def make_folders(place: StackPlace) -> None:
    """The lake, and the metastore's default place, which nothing of ours uses.

    They are the batch user's, read by its group and closed to others.
    """
    client = hdfs_client(place)
    for folder in (LAKE_PATH, "/user/hive"):
        client.makedirs(folder)
        client.set_owner(folder, BATCH_USER, BATCH_USER)
        client.set_permission(folder, "750")
    # Others pass through it to what is theirs.
    client.set_permission("/user", "755")


def check_metastore(place: StackPlace) -> None:
    """Call ``getStatus`` in Thrift's binary protocol and read the answer's head."""
    name = b"getStatus"
    call = b"\x80\x01\x00\x01" + len(name).to_bytes(4, "big") + name + bytes(4) + b"\0"
    with socket.create_connection((HOST, place.ports.metastore), timeout=10) as stream:
        stream.sendall(call)
        assert stream.recv(4) == b"\x80\x01\x00\x02"  # noqa: S101


def check_trino(place: StackPlace) -> None:
    """Query all three catalogs: through the metastore, and through PostgreSQL."""
    for statement in (
        "show schemas from hive",
        "show schemas from iceberg",
        "select count(*) from postgresql.information_schema.schemata",
    ):
        trino_rows(place, statement)


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

    secrets = {BATCH_USER: place.secrets.procurement, "analyst": place.secrets.analyst}
    with_password = {
        "http_scheme": "https",
        "auth": BasicAuthentication(user, password or secrets.get(user, "")),
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
