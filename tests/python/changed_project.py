"""Copies of the project in which something has been changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline_runner import PROJECT

_FOLDERS = (
    "dbt_packages",
    "ingestion",
    "macros",
    "models",
    "seeds",
    "tests/assertions",
    "tests/fixtures",
)


def copied_project(folder: Path) -> Path:
    """The project as it stands, without its tests in Python."""
    for name in _FOLDERS:
        shutil.copytree(PROJECT / name, folder / name)
    for path in PROJECT.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    return folder


def change(file: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file once."""
    text = file.read_text("utf-8")
    assert text.count(old) == 1, (file, text.count(old))
    file.write_text(text.replace(old, new), "utf-8")
