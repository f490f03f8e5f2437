"""``python -m ingestion contracts``."""

from __future__ import annotations

import argparse
import sys

from ingestion.errors import ExitCode

Subparsers = argparse._SubParsersAction  # what add_subparsers returns


def add_commands(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of ``python -m ingestion``."""
    command = subparsers.add_parser(
        "contracts", help="show what a file of each feed and format must be"
    )
    command.add_argument(
        "--markdown", action="store_true", help="print the page docs/contracts.md"
    )
    command.set_defaults(run=_show)


def _show(arguments: argparse.Namespace) -> int:
    from ingestion.contracts.page import markdown

    if arguments.markdown:
        sys.stdout.write(markdown())
    else:
        _print_tables()
    return ExitCode.OK


def _print_tables() -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from ingestion.contracts import load_contracts
    from ingestion.contracts.page import column_rows, terms, titled

    console = Console(emoji=False)
    if not console.is_terminal:
        console = Console(width=160, emoji=False)
    for contract in load_contracts().values():
        table = Table(title=titled(contract), title_justify="left")
        for name in ("column", "type", "mandatory", "bounds", "meaning"):
            table.add_column(name, overflow="fold")
        for row in column_rows(contract):
            table.add_row(*map(escape, row))
        console.print(table)
        for sentence in terms(contract):
            console.print(escape(sentence.replace("`", "")))
        console.print()
