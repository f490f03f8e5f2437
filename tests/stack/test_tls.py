"""The profile with TLS and passwords; it restarts Trino, so it comes last."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

from ingestion.config import PROJECT_DIR
from stack.launcher.places import HOST, StackPlace
from stack.launcher.running import Stack
from stack.launcher.services import java_process, trino_rows
from stack.launcher.tls import make_tls, remove_tls


@pytest.fixture(scope="module")
def secured(stack: StackPlace) -> Iterator[StackPlace]:
    """The stack with the profile on, and afterwards off again."""
    make_tls(stack)
    java_process(stack, "trino").stop()
    Stack(stack.home.parent, print).up()
    yield stack
    java_process(stack, "trino").stop()
    remove_tls(stack)


def test_users_come_in_by_their_password(secured: StackPlace) -> None:
    for user in ("procurement", "analyst"):
        assert trino_rows(secured, "select current_user", user) == [[user]]
        with pytest.raises(Exception, match="Invalid credentials"):
            trino_rows(secured, "select 1", user, password="a guess")


def test_plain_http_is_refused(secured: StackPlace) -> None:
    answer = requests.post(
        f"http://{HOST}:{secured.ports.trino_internal}/v1/statement",
        data="select 1",
        headers={"X-Trino-User": "procurement"},
        timeout=10,
    )
    assert answer.status_code == 403


def test_unknown_certificate_is_not_trusted(secured: StackPlace) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"https://{HOST}:{secured.ports.trino}/v1/info", timeout=10)


def test_dbt_verifies_and_logs_in(secured: StackPlace) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "debug", "--connection"),
            *("--target", "trino", "--profiles-dir", ".", "--log-path"),
            str(secured.home / "dbt"),
        ],
        cwd=PROJECT_DIR,
        env={**os.environ, **secured.client_environment()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
