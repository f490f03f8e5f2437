"""Errors a person is meant to read, each with the exit code of its kind.

A message says what failed, where (file, line, column, service) and what to do
next. The command lines print it to stderr and exit with ``exit_code``; any
other exception is a defect of the project and exits with 1 and the log's path.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """What the exit codes of ``run_batch.py`` and ``python -m ingestion`` mean."""

    OK = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    DATA_TEST_FAILED = 4
    DATE_LOCKED = 5
    REPLAY_DIFFERS = 6


class ProcurementError(Exception):
    """Base of every error that carries its own explanation."""

    exit_code = ExitCode.FAILED


class ServiceUnavailableError(ProcurementError):
    """PostgreSQL, the lake or an engine does not answer, or answers wrongly."""


class UsageError(ProcurementError):
    """Wrong option, wrong configuration, or master data of the wrong type."""

    exit_code = ExitCode.USAGE


class RefusedError(ProcurementError):
    """The inputs of a date are too incomplete to order anything from them."""

    exit_code = ExitCode.REFUSED


class DataTestError(ProcurementError):
    """A dbt data test of severity error found rows, or another test of the data did."""

    exit_code = ExitCode.DATA_TEST_FAILED


class ReconciliationError(DataTestError):
    """What would be published does not equal the marts of its build."""


class PublicationError(ProcurementError):
    """What has become visible is not what was written; it was withdrawn."""


class ReplayDiffersError(ProcurementError):
    """A replay does not come to what was published."""

    exit_code = ExitCode.REPLAY_DIFFERS


class DateLockedError(ProcurementError):
    """Another run holds the business date."""

    exit_code = ExitCode.DATE_LOCKED


def end_of_log(log: Path, count: int) -> str:
    """The last lines of a service's log, as a message ends with them."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-count:]
    except OSError:
        lines = []
    return "".join(f"\n  {line[:300]}" for line in lines) or " nothing"


def exit_code_of(command: Callable[[], int]) -> int:
    """Run one command; what went wrong goes to stderr."""
    try:
        return command()
    except ProcurementError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has had enough; the interpreter must not fail
        # on flushing the rest of it either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        # Full disk, rights: the system's own words say what and where.
        sys.stderr.write(f"The command failed: {error}\n")
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; running again completes what was begun.\n")
    return ExitCode.FAILED
