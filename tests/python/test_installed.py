"""Outside of its environment the project says in a line what to activate."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from pipeline_runner import PROJECT


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python without any package."""
    folder = tmp_path_factory.mktemp("bare")
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    return folder / "bin" / Path(sys.executable).name


@pytest.mark.parametrize(
    "arguments",
    [
        ("run_batch.py",),
        ("run_batch.py", "--help"),
        ("-m", "ingestion"),
        ("-m", "ingestion", "status", "--date", "2026-01-01"),
    ],
)
def test_a_missing_package_is_said_in_one_line(
    bare_python: Path, arguments: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [bare_python, *arguments],
        cwd=PROJECT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "dbt" in done.stderr
    assert ". .venv/bin/activate" in done.stderr
