"""A stack of its own for the tests, on free ports, beside whatever runs here."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path

import pytest

from ingestion.config import PROJECT_DIR
from stack.launcher.places import Ports, StackPlace, stack_place
from stack.launcher.running import Stack

#: Kept after the run, so that logs can be read; made anew by the next one.
STATE = Path(
    os.environ.get("PROCUREMENT_TEST_STATE", PROJECT_DIR / ".state/test-stack")
)


@pytest.fixture(scope="session")
def stack() -> Iterator[StackPlace]:
    """Everything up and empty; down again at the end."""
    if (STATE / "stack").exists():
        Stack(STATE, print).down()
    shutil.rmtree(STATE, ignore_errors=True)
    place = stack_place(STATE, {**os.environ, **free_ports()})
    running = Stack(STATE, print)
    try:
        running.up()
        yield place
    finally:
        running.down()


@pytest.fixture(scope="session")
def workdir() -> Iterator[Path]:
    """A folder for inbox, master data and the embedded lake."""
    with tempfile.TemporaryDirectory(prefix="procurement-stack-") as folder:
        yield Path(folder)


def free_ports() -> dict[str, str]:
    """A free port for each service, as the environment names it."""
    with ExitStack() as held:
        found = {}
        for field in fields(Ports):
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            found[Ports.variable(field.name)] = str(probe.getsockname()[1])
        return found
