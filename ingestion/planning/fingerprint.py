"""Digests that say by which code a date was published."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingestion.config import PROJECT_DIR


def models_and_macros_digest(project: Path = PROJECT_DIR) -> str:
    """SHA-256 over path and bytes of every SQL file of models and macros.

    Descriptions and tests in YAML are left out: they change no order.
    """
    digest = hashlib.sha256()
    for path in sorted(
        path.relative_to(project).as_posix()
        for folder in ("models", "macros")
        for path in (project / folder).rglob("*.sql")
    ):
        content = (project / path).read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
