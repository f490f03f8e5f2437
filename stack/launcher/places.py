"""Where a stack keeps its things, on which ports it listens, and its secrets."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ingestion.errors import UsageError
from ingestion.postgres.connections import port_number

#: The configuration files, as containers mount them.
CONFIGURATION = Path(__file__).resolve().parent.parent

HOST = "127.0.0.1"

#: The lake's place in HDFS.
LAKE_PATH = "/procurement"

#: Who the batch is, for Trino, HDFS and PostgreSQL alike.
BATCH_USER = "procurement"


@dataclass(frozen=True)
class Ports:
    """Every port that the stack listens on, all on loopback."""

    trino: int = 8080
    trino_internal: int = 8081
    postgres: int = 15432
    hdfs: int = 8020
    hdfs_http: int = 9870
    datanode: int = 9866
    datanode_http: int = 9864
    datanode_ipc: int = 9867
    metastore: int = 9083

    @staticmethod
    def variable(name: str) -> str:
        """The environment variable that sets one port."""
        return f"STACK_{name.upper()}_PORT"


@dataclass(frozen=True)
class Secrets:
    """Passwords, random, made once per stack.

    Attributes:
        loader, trino_reader, metastore: of PostgreSQL's roles.
        procurement, analyst: of Trino's users, where it asks for passwords.
        keystore, trino_shared: of Trino's own.
    """

    loader: str
    trino_reader: str
    metastore: str
    procurement: str
    analyst: str
    keystore: str
    trino_shared: str


@dataclass(frozen=True)
class StackPlace:
    """One stack of one state folder."""

    home: Path
    ports: Ports
    secrets: Secrets

    @property
    def lake(self) -> str:
        """The lake's URL."""
        return f"hdfs://{HOST}:{self.ports.hdfs}{LAKE_PATH}"

    @property
    def webhdfs(self) -> str:
        """Where WebHDFS answers; also the NameNode's page."""
        return f"http://{HOST}:{self.ports.hdfs_http}"

    @property
    def logs(self) -> Path:
        """One file per service."""
        return self.home / "logs"

    @property
    def tls(self) -> Path:
        """Certificate, keystore and password file, where the TLS profile is on."""
        return self.home / "tls"

    @property
    def certificate(self) -> Path:
        """Trino's own certificate, which clients verify it by."""
        return self.tls / "certificate.pem"

    @property
    def has_tls(self) -> bool:
        """Whether Trino speaks TLS and asks for passwords."""
        return self.certificate.exists()

    @property
    def trino_passwords(self) -> dict[str, str]:
        """What Trino's users log in with, where it asks for passwords."""
        return {
            BATCH_USER: self.secrets.procurement,
            "analyst": self.secrets.analyst,
        }

    def client_environment(self) -> dict[str, str]:
        """What a shell needs to work with the stack."""
        with_password = {
            "TRINO_HTTP_SCHEME": "https",
            "TRINO_METHOD": "ldap",  # what dbt-trino calls any password
            "TRINO_PASSWORD": self.secrets.procurement,
            "TRINO_CERT": str(self.certificate),
            # Where it is set to something else, requests prefers that to TRINO_CERT.
            "REQUESTS_CA_BUNDLE": str(self.certificate),
        }
        return {
            "TRINO_HOST": HOST,
            "TRINO_PORT": str(self.ports.trino),
            "TRINO_USER": BATCH_USER,
            **(with_password if self.has_tls else {}),
            "PGHOST": HOST,
            "PGPORT": str(self.ports.postgres),
            "PGUSER": BATCH_USER,
            "PGPASSWORD": self.secrets.loader,
            "PGDATABASE": "procurement",
            "PROCUREMENT_LAKE": self.lake,
            "WEBHDFS_URL": self.webhdfs,
            "HADOOP_USER_NAME": BATCH_USER,
        }

    def service_environment(self) -> dict[str, str]:
        """What ``service.sh`` and the configuration files refer to, but programs."""
        ports = self.ports
        return {
            "STACK_BIND": HOST,
            "STACK_ETC": str(CONFIGURATION),
            "HDFS_HOST": HOST,
            "HDFS_PORT": str(ports.hdfs),
            "HDFS_HTTP_PORT": str(ports.hdfs_http),
            "HDFS_DATA_DIR": str(self.home / "hdfs"),
            "DATANODE_HOST": HOST,
            "DATANODE_PORT": str(ports.datanode),
            "DATANODE_HTTP_PORT": str(ports.datanode_http),
            "DATANODE_IPC_PORT": str(ports.datanode_ipc),
            "METASTORE_HOST": HOST,
            "METASTORE_PORT": str(ports.metastore),
            "METASTORE_DB_PASSWORD": self.secrets.metastore,
            "POSTGRES_HOST": HOST,
            "POSTGRES_PORT": str(ports.postgres),
            "TRINO_PORT": str(ports.trino),
            # With TLS it differs in what the server listens to, and in no more.
            "TRINO_CONFIG": "config-tls" if self.has_tls else "config",
            "TRINO_DATA_DIR": str(self.home / "trino"),
            "TRINO_INTERNAL_PORT": str(ports.trino_internal),
            "TRINO_SHARED_SECRET": self.secrets.trino_shared,
            "TRINO_KEYSTORE": str(self.tls / "keystore.p12"),
            "TRINO_KEYSTORE_PASSWORD": self.secrets.keystore,
            "TRINO_PASSWORD_FILE": str(self.tls / "passwords"),
            "TRINO_READER_PASSWORD": self.secrets.trino_reader,
        }


def stack_place(state: Path, environ: Mapping[str, str] = os.environ) -> StackPlace:
    """The stack of a state folder, made known there the first time.

    Ports stay what they were the first time: HDFS paths in the metastore name them.

    Raises:
        UsageError: a port that is none, or another than the stack was made with.
    """
    home = state.absolute() / "stack"
    home.mkdir(parents=True, exist_ok=True)
    return StackPlace(home, _ports(home / "ports.json", environ), _secrets(home))


def _ports(file: Path, environ: Mapping[str, str]) -> Ports:
    given = {
        field.name: port_number(variable, environ[variable])
        for field in fields(Ports)
        if environ.get(variable := Ports.variable(field.name))
    }
    if not file.exists():
        ports = Ports(**given)
        _write_private(file, json.dumps(asdict(ports), indent=1) + "\n")
        return ports
    ports = Ports(**json.loads(file.read_text()))
    for name, port in given.items():
        if getattr(ports, name) != port:
            raise UsageError(
                f"{Ports.variable(name)}={port}, but this stack was made with "
                f"{getattr(ports, name)}, and its tables name it. Unset the variable, "
                f"or stop the stack and remove {file.parent} with all its data."
            )
    return ports


def _secrets(home: Path) -> Secrets:
    file = home / "secrets.env"
    text = file.read_text() if file.exists() else ""
    found = dict(line.split("=", 1) for line in text.splitlines() if line)
    names = {field.name: f"{field.name.upper()}_PASSWORD" for field in fields(Secrets)}
    made = {
        variable: secrets.token_urlsafe(24)
        for variable in names.values()
        if variable not in found
    }
    if made:
        found.update(made)
        _write_private(file, "".join(f"{k}={v}\n" for k, v in found.items()))
    return Secrets(**{name: found[variable] for name, variable in names.items()})


def _write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    unfinished = file.with_name(f"_{file.name}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    unfinished.replace(file)


def write_client_environment(place: StackPlace) -> Path:
    """Write ``<state>/stack/env`` for shells to source; it holds a password."""
    lines = [f"export {k}='{v}'" for k, v in place.client_environment().items()]
    _write_private(place.home / "env", "\n".join(lines) + "\n")
    return place.home / "env"
