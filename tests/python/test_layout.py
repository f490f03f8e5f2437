"""Packages import one way: a stranger who follows a date goes down, never up."""

from __future__ import annotations

import ast
from pathlib import Path

from ingestion.config import PROJECT_DIR

#: Every package and module at the top of ``ingestion``, the foundations first. Each may
#: import those before it. docs/architecture.md says what each is for.
ORDER = (
    "errors", "dates", "config", "canonical_json", "installed",
    "lake", "postgres", "locking", "contracts",
    "gate.reading", "gate.history", "gate",
    "master_data", "planning", "publication", "date_run", "replay", "batch", "report",
    "setup", "generator", "duckdb_plugin", "commands", "__main__",
)  # fmt: skip
ROOT = PROJECT_DIR / "ingestion"


def test_packages_import_only_what_stands_before_them() -> None:
    upward = [
        f"{importer} imports {imported}"
        for importer, imported in _imports()
        if _place(imported) > _place(importer)
    ]

    assert not upward


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    waiting: dict[str, set[str]] = {}
    for importer, imported in _imports():
        waiting.setdefault(importer, set()).add(imported)
        waiting.setdefault(imported, set())
    while free := {name for name, needs in waiting.items() if not needs}:
        for name in free:
            del waiting[name]
        for needs in waiting.values():
            needs -= free

    assert not waiting


def _imports() -> list[tuple[str, str]]:
    """Every import between modules of ``ingestion``, wherever in a module it stands."""
    modules = {_name(path): path for path in ROOT.rglob("*.py")}
    found = []
    for name, path in modules.items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not node.module:
                continue
            if node.module.partition(".")[0] != "ingestion":
                continue
            package = node.module.removeprefix("ingestion").removeprefix(".")
            for alias in node.names:
                whole = f"{package}.{alias.name}".removeprefix(".")
                found.append((name, whole if whole in modules else package))
    return [
        (importer, imported) for importer, imported in found if importer != imported
    ]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def _place(module: str) -> int:
    """Place of a module's package in the order; the longest name that fits counts."""
    fitting = [name for name in ORDER if f"{module}.".startswith(f"{name}.")]
    return ORDER.index(max(fitting, key=len))
