"""``python -m stack.launcher up | down | tls | status | logs``."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Sequence

from ingestion.config import load_settings
from ingestion.errors import exit_code_of
from stack.launcher.places import stack_place
from stack.launcher.running import Stack
from stack.launcher.tls import make_tls, remove_tls


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code. What went wrong goes to stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m stack.launcher",
        description="Trino, HDFS, the metastore and PostgreSQL as local processes.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    up = actions.add_parser("up", help="start what does not run, and wait for it")
    up.set_defaults(run=_up)
    down = actions.add_parser("down", help="stop what stack up started")
    down.set_defaults(run=_down)
    tls = actions.add_parser("tls", help="let Trino speak TLS and ask for passwords")
    tls.add_argument("--off", action="store_true", help="back to plain HTTP")
    tls.set_defaults(run=_tls)
    status = actions.add_parser("status", help="what is up, and where its page is")
    status.set_defaults(run=_status)
    logs = actions.add_parser("logs", help="the end of every service's log")
    logs.add_argument("--lines", type=int, default=20, metavar="N")
    logs.add_argument("service", nargs="?", help="one service only")
    logs.set_defaults(run=_logs)
    arguments = parser.parse_args(argv)
    return exit_code_of(lambda: int(arguments.run(arguments)))


def _stack() -> Stack:
    return Stack(load_settings().state, _say)


def _up(_: argparse.Namespace) -> int:
    """Start the stack and print how a shell reaches it."""
    _say(f"The stack is up. For this shell: . {_stack().up()}")
    return 0


def _down(_: argparse.Namespace) -> int:
    """Stop the stack; its data stays."""
    _stack().down()
    return 0


def _tls(arguments: argparse.Namespace) -> int:
    """Make, or remove, what the TLS profile needs; the next start takes it."""
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


def _status(_: argparse.Namespace) -> int:
    """Print a line per service; 1 unless all are up."""
    services = _stack().status()
    for service in services:
        memory = f"{service.megabytes} MB" if service.megabytes else ""
        state = "up" if service.is_up else "down"
        sys.stdout.write(f"{service.name:<10} {state:<5} {memory:>8}  {service.page}\n")
    return int(not all(service.is_up for service in services))


def _logs(arguments: argparse.Namespace) -> int:
    """Print the last lines of the logs that exist."""
    for log in (service.log for service in _stack().status()):
        if log.exists() and arguments.service in (None, log.stem):
            with log.open(errors="replace") as stream:
                lines = deque(stream, maxlen=arguments.lines)
            sys.stdout.write(f"==> {log}\n{''.join(lines)}\n")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
