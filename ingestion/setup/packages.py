"""Puts dbt_utils under ``dbt_packages/``: the genuine one, else a stand-in.

dbt has no offline source of packages, and a first run must not need the package
hub. Where the hub cannot be reached, a small package of this project takes the
name: the tests that the models use, with the arguments and results of the
original. ``dbt deps`` replaces it by the genuine package at any time.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from enum import Enum
from pathlib import Path

from ingestion.errors import ServiceUnavailableError

STAND_IN = Path(__file__).parent / "dbt_utils"
#: Lies in the stand-in only; a folder without it is somebody else's package.
MARKER = "STAND_IN.md"
#: dbt itself gives up on an absent hub after about nine seconds; a firewall that
#: swallows packets would hold it for minutes.
HUB_TIMEOUT_SECONDS = 60


class Outcome(str, Enum):
    """What the folder holds now, as one line for the person who ran setup."""

    GENUINE = "dbt_utils: in place."
    INSTALLED = "dbt_utils: installed from the dbt package hub."
    KEPT = "dbt_utils: stand-in in place (dbt deps fetches the genuine package)."
    STOOD_IN = (
        "dbt_utils: the dbt package hub cannot be reached, so a stand-in of this "
        "project takes its place (dbt deps fetches the genuine package)."
    )


def put_dbt_utils_in_place(project: Path) -> Outcome:
    """Leave a usable ``dbt_packages/dbt_utils`` in the project folder.

    A genuine package is never touched. A stand-in is kept too, refreshed when
    this project's copy has changed: the hub is asked only where nothing is there.

    Raises:
        ServiceUnavailableError: the folder cannot be written.
    """
    package = project / "dbt_packages" / "dbt_utils"
    if is_stand_in(package):
        if not _equal(STAND_IN, package):
            _copy_stand_in(package)
        return Outcome.KEPT
    if is_package(package):
        return Outcome.GENUINE
    if _dbt_deps(project) and is_package(package):
        return Outcome.INSTALLED
    _copy_stand_in(package)
    return Outcome.STOOD_IN


def is_package(folder: Path) -> bool:
    """Whether dbt would accept the folder as a package."""
    return (folder / "dbt_project.yml").is_file()


def is_stand_in(folder: Path) -> bool:
    """Whether the folder is a copy of this project's stand-in."""
    return (folder / MARKER).is_file()


def _dbt_deps(project: Path) -> bool:
    """Run ``dbt deps`` on its own and quietly; its log is of no use afterwards."""
    command = [sys.executable, "-m", "dbt.cli.main", "deps", "--quiet"]
    with tempfile.TemporaryDirectory() as logs:
        try:
            done = subprocess.run(  # noqa: S603  # our own interpreter, fixed words
                [*command, "--project-dir", str(project), "--log-path", logs],
                cwd=project,
                env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=HUB_TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0


def _copy_stand_in(package: Path) -> None:
    """Replace the folder by a copy that appears whole or not at all."""
    # dbt takes every folder here for a package, but for names that begin so.
    unfinished = package.with_name("__dbt_utils")
    try:
        package.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(STAND_IN, unfinished)
        shutil.rmtree(package, ignore_errors=True)
        unfinished.rename(package)
    except OSError as error:
        raise ServiceUnavailableError(
            f"The dbt package folder {package} cannot be written: {error.strerror}. "
            "Make it writable, then run python -m ingestion.setup again."
        ) from error


def _equal(left: Path, right: Path) -> bool:
    """Whether two folders hold the same files with the same bytes."""
    names = _files(left)
    if names != _files(right):
        return False
    _, different, unreadable = filecmp.cmpfiles(left, right, names, shallow=False)
    return not different and not unreadable


def _files(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    )
