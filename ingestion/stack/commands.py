"""The commands ``stack up``, ``stack down``, ``stack status`` and ``stack logs``."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from pathlib import Path


def add_commands(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add this module's commands to the parser of ``python -m ingestion``."""
    stack = subparsers.add_parser(
        "stack", help="Trino, HDFS, the metastore and PostgreSQL as local processes"
    )
    actions = stack.add_subparsers(required=True, metavar="ACTION")
    up = actions.add_parser("up", help="start what does not run, and wait for it")
    up.set_defaults(run=stack_up)
    down = actions.add_parser("down", help="stop what stack up started")
    down.set_defaults(run=stack_down)
    tls = actions.add_parser("tls", help="let Trino speak TLS and ask for passwords")
    tls.add_argument("--off", action="store_true", help="back to plain HTTP")
    tls.set_defaults(run=stack_tls)
    status = actions.add_parser("status", help="what is up, and where its page is")
    status.set_defaults(run=stack_status)
    logs = actions.add_parser("logs", help="the end of every service's log")
    logs.add_argument("--lines", type=int, default=20, metavar="N")
    logs.add_argument("service", nargs="?", help="one service only")
    logs.set_defaults(run=stack_logs)


def stack_up(_: argparse.Namespace) -> int:
    """Start the stack and print how a shell reaches it."""
    from ingestion.config import load_settings
    from ingestion.stack.launcher import Stack

    file = Stack(load_settings().state, _say).up()
    _say(f"The stack is up. For this shell: . {file}")
    return 0


def stack_down(_: argparse.Namespace) -> int:
    """Stop the stack; its data stays."""
    from ingestion.config import load_settings
    from ingestion.stack.launcher import Stack

    Stack(load_settings().state, _say).down()
    return 0


def stack_tls(arguments: argparse.Namespace) -> int:
    """Make, or remove, what the TLS profile needs; the next start takes it."""
    from ingestion.config import load_settings
    from ingestion.stack.places import stack_place
    from ingestion.stack.tls import make_tls, remove_tls

    place = stack_place(load_settings().state)
    if arguments.off:
        remove_tls(place)
        _say("Trino speaks plain HTTP again after: stack down, stack up.")
        return 0
    make_tls(place)
    _say(f"Certificate: {place.certificate}, valid for 127.0.0.1 and localhost.")
    _say(f"Passwords of procurement and analyst: {place.home / 'secrets.env'}.")
    _say("Trino takes both after: stack down, stack up.")
    return 0


def stack_status(_: argparse.Namespace) -> int:
    """Print a line per service; 1 unless all are up."""
    from ingestion.config import load_settings
    from ingestion.stack.launcher import Stack

    services = Stack(load_settings().state, _say).status()
    for service in services:
        memory = f"{service.megabytes} MB" if service.megabytes else ""
        state = "up" if service.is_up else "down"
        sys.stdout.write(f"{service.name:<10} {state:<5} {memory:>8}  {service.page}\n")
    return int(not all(service.is_up for service in services))


def stack_logs(arguments: argparse.Namespace) -> int:
    """Print the last lines of the logs."""
    from ingestion.config import load_settings
    from ingestion.stack.launcher import log_files

    for file in log_files(load_settings().state):
        if arguments.service in (None, file.stem):
            _print_end(file, arguments.lines)
    return 0


def _print_end(file: Path, count: int) -> None:
    with file.open(errors="replace") as stream:
        lines = deque(stream, maxlen=count)
    sys.stdout.write(f"==> {file}\n{''.join(lines)}\n")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
