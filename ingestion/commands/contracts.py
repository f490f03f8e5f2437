"""``python -m ingestion contracts``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ingestion.errors import ExitCode, UsageError

_SHOWN_ROWS = 10

Subparsers = argparse._SubParsersAction  # what add_subparsers returns


def add_commands(subparsers: Subparsers[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of ``python -m ingestion``."""
    command = subparsers.add_parser(
        "contracts", help="show what a file of each feed and format must be"
    )
    command.add_argument(
        "--markdown", action="store_true", help="print the page docs/contracts.md"
    )
    command.add_argument(
        "--sender",
        metavar="NAME",
        help="show how the gate reads FILE as one of this sender's",
    )
    command.add_argument("file", nargs="?", type=Path, metavar="FILE")
    command.set_defaults(run=_show)


def _show(arguments: argparse.Namespace) -> int:
    from ingestion.contracts.page import markdown

    if arguments.sender or arguments.file:
        return _show_rows(arguments.sender, arguments.file)
    if arguments.markdown:
        sys.stdout.write(markdown())
    else:
        _print_tables()
    return ExitCode.OK


def _show_rows(name: str | None, path: Path | None) -> int:
    """Print the first rows that would be landed of a sender's file."""
    from ingestion.commands.preview import exit_code, lines, say
    from ingestion.contracts.senders import sender_named
    from ingestion.gate.preview import preview

    sender = sender_named(name)
    if sender is None or path is None or not path.is_file():
        raise UsageError("Give --sender NAME and a FILE that is there, both.")
    report = preview(path, None, sender)
    rows = report.landed.decode("utf-8", "replace").split("\n")
    rows = rows[: _SHOWN_ROWS + (sender.format == "csv")]
    say("\n".join([*lines(report), "", "landed:", *rows]))
    if not sender.takes(path.name):
        patterns = " or ".join(sender.files)
        say(f"Its name is not {patterns}: the gate would not read it so.")
    return exit_code(report)


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
