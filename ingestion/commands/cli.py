"""The steps of a batch run on their own: ``python -m ingestion <command>``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ingestion.commands import contracts as contracts
from ingestion.commands import database, master
from ingestion.commands import gate as gate
from ingestion.commands import generate as generator
from ingestion.errors import exit_code_of

_AREAS = (gate, contracts, master, database, generator)


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
    return exit_code_of(lambda: int(arguments.run(arguments)))
