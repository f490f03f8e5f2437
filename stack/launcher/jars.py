"""The jars of Hadoop, the metastore and Trino: fetched once by Maven, then cached."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingestion.errors import ServiceUnavailableError
from stack.launcher.places import CONFIGURATION

#: What the catalogs and password authentication need. Each plugin costs start-up
#: time; postgresql does not start without the types of geospatial.
PLUGINS = ("geospatial", "hive", "iceberg", "password-authenticators", "postgresql")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Jars:
    """Folders of programs, complete and never changed.

    Attributes:
        lib: jars of Hadoop, the metastore and the PostgreSQL driver.
        metastore: the metastore's release, for its schema scripts.
        trino: the server with the plugins in use.
    """

    lib: Path
    metastore: Path
    trino: Path


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where downloads are kept for all checkouts: PROCUREMENT_CACHE."""
    given = environ.get("PROCUREMENT_CACHE")
    return Path(given).absolute() if given else Path.home() / ".cache" / "procurement"


def provide_jars(cache: Path, java: Path, say: Say) -> Jars:
    """Take the jars from the cache; what it lacks Maven fetches.

    Raises:
        ServiceUnavailableError: Maven is missing or fails, or the cache is read-only.
    """
    pom = CONFIGURATION / "pom.xml"
    versions = _versions(pom)
    digits = hashlib.sha256(pom.read_bytes()).hexdigest()[:12]
    jars = Jars(
        lib=cache / f"lib-{digits}",
        metastore=cache / f"metastore-{versions['metastore']}",
        trino=cache / f"trino-{versions['trino']}",
    )
    maven = _Maven(java)
    with _lock(cache):
        if not jars.lib.exists():
            say("Fetching Hadoop and the metastore (140 MB, once) ...")
            with _whole(jars.lib) as folder:
                maven.copy_dependencies(pom, folder)
        if not jars.metastore.exists():
            with _whole(jars.metastore) as folder:
                artifact = "org.apache.hive:hive-standalone-metastore-server"
                archive = maven.fetch(
                    f"{artifact}:{versions['metastore']}:tar.gz:bin", folder
                )
                _unpack(archive, folder, only="/scripts/")
        if not jars.trino.exists():
            say("Fetching Trino (820 MB, once) ...")
            with _whole(jars.trino) as folder:
                archive = maven.fetch(
                    f"io.trino:trino-server:{versions['trino']}:tar.gz", folder
                )
                say("Unpacking Trino ...")
                _unpack(archive, folder)
                _drop_plugins(folder / "plugin")
    return jars


def _versions(pom: Path) -> dict[str, str]:
    found = re.findall(r"<(\w+)\.version>([\w.-]+)</", pom.read_text())
    return dict(found)


class _Maven:
    """Maven, found when it is first needed: a full cache needs none."""

    def __init__(self, java: Path) -> None:
        self._java = java

    def copy_dependencies(self, pom: Path, folder: Path) -> None:
        self._run(
            *("-f", pom, "dependency:copy-dependencies"),
            *("-DincludeScope=runtime", f"-DoutputDirectory={folder}"),
        )

    def fetch(self, artifact: str, folder: Path) -> Path:
        """Download one archive into the folder, and return its path."""
        self._run(
            "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}"
        )
        [archive] = folder.glob("*.tar.gz")
        return archive

    def _run(self, *arguments: str | Path) -> None:
        program = shutil.which("mvn")
        if program is None:
            raise ServiceUnavailableError(
                "Maven (mvn) is missing: it fetches the stack's jars, once. Install it "
                "(Debian: apt-get install maven), or use docker compose up -d."
            )
        environment = dict(os.environ)
        if not environment.get("JAVA_HOME") and shutil.which("java") is None:
            environment["JAVA_HOME"] = str(self._java)
        done = subprocess.run(  # noqa: S603  # fixed words
            [program, "--batch-mode", "--quiet", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode != 0:
            errors = [line for line in done.stdout.splitlines() if "ERROR" in line]
            raise ServiceUnavailableError(
                "Maven could not fetch the stack's jars: "
                + (errors[0] if errors else f"it ended with {done.returncode}")
                + ". Check the network and ~/.m2/settings.xml, then run again."
            )


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder that appears under its name when it is complete, or not at all."""
    unfinished = folder.with_name(f"_{folder.name}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    yield unfinished
    unfinished.rename(folder)


@contextmanager
def _lock(cache: Path) -> Iterator[None]:
    """Two stacks of one cache must not download the same at once."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / "lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise ServiceUnavailableError(
            f"The cache of jars {cache} cannot be used: {error}. Set PROCUREMENT_CACHE "
            "to a folder that can be written and has 2 GB free."
        ) from error


def _unpack(archive: Path, folder: Path, only: str = "") -> None:
    """Unpack without the archive's own top folder, and remove the archive."""
    with tarfile.open(archive) as contents:
        # Maven has checked the archive's digest; what it holds is a release.
        contents.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
        for member in contents:
            _, _, rest = member.name.partition("/")
            if not rest or only not in f"/{rest}":
                continue
            if member.islnk():
                member.linkname = member.linkname.partition("/")[2]
            member.name = rest
            contents.extract(member, folder)
    archive.unlink()


def _drop_plugins(folder: Path) -> None:
    # Not while unpacking: equal jars are hard links to the first plugin's.
    for plugin in folder.iterdir():
        if plugin.name not in PLUGINS:
            shutil.rmtree(plugin)
