"""The steps of a night on their own: ``python -m ingestion <command>``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ingestion.commands import master
from ingestion.contracts import commands as contracts
from ingestion.errors import ExitCode, ProcurementError
from ingestion.gate import commands as gate
from ingestion.generator import commands as generator
from ingestion.postgres import commands as postgres
from ingestion.stack import commands as stack

_AREAS = (gate, contracts, master, postgres, generator, stack)


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command; each area of the package adds its own."""
    parser = argparse.ArgumentParser(
        prog="python -m ingestion",
        description="The steps of the nightly batch on their own.",
    )
    subparsers = parser.add_subparsers(
        title="commands", metavar="COMMAND", required=True
    )
    for area in _AREAS:
        area.add_commands(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. What went wrong goes to stderr."""
    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except ProcurementError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except BrokenPipeError:
        # Whoever read the output has had enough; the interpreter must not fail
        # on flushing the rest of it either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.FAILED
    except OSError as error:
        # Full disk, rights: the system's own words say what and where.
        sys.stderr.write(f"The command failed: {error}\n")
        return ExitCode.FAILED
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted; running again completes what was begun.\n")
        return ExitCode.FAILED
