"""A night to be killed in: a lake with one published date, and files for the next."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from ingestion.canonical_json import plain_number
from ingestion.lake import Lake
from pipeline_runner import PROJECT, call

FIRST, DAY = "2026-01-01", "2026-01-02"
Contents = dict[str, bytes]


@dataclass(frozen=True)
class Scene:
    """Where everything of one scene is.

    Attributes:
        before: the lake with the first date published.
        after: the same lake once the second one is, by a run that nobody disturbed.
        lake: where runs happen that are disturbed.
    """

    state: Path
    inbox: Path
    before: Path
    after: Path
    lake: Path

    def reset(self) -> None:
        """Put the lake back to before the second date.

        Former runs go too: removing the oldest of many would be points of its own.
        """
        shutil.rmtree(self.state / "runs", ignore_errors=True)
        shutil.rmtree(self.lake, ignore_errors=True)
        shutil.copytree(self.before, self.lake)


def make_scene(state: Path, folder: Path) -> Scene:
    """Generate files, some wrong on purpose, and let both dates run undisturbed."""
    scene = Scene(state, folder / "inbox", *(folder / name for name in ("a", "b", "c")))
    for arguments in (
        ["generate", "--from", FIRST, "--to", DAY, "--out", str(scene.inbox),
         "--master-out", f"{folder}/master"],
        ["master", "load", "--from", f"{folder}/master"],
    ):  # fmt: skip
        done = call(state, "-m", "ingestion", *arguments)
        assert done.returncode == 0, done.stderr
    for day in (FIRST, DAY):
        done = call(state, "run_batch.py", *scene_options(scene, day))
        assert done.returncode == 0, done.stderr
        shutil.copytree(scene.lake, scene.before if day == FIRST else scene.after)
    return scene


def scene_options(scene: Scene, day: str = DAY) -> list[str]:
    """Options of a run in the scene."""
    return ["--date", day, "--inbox", str(scene.inbox), "--lake", str(scene.lake)]


class Driver:
    """The process in which runs are killed."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "PROCUREMENT_", "DBT_"))
        }
        self._process = subprocess.Popen(
            [sys.executable, "tests/python/crash_driver.py"],
            cwd=PROJECT,
            env={
                **kept,
                "PROCUREMENT_STATE": str(scene.state),
                "PROCUREMENT_LAKE": str(scene.lake),
                # One after the other, so that a point is the same in every run.
                "PROCUREMENT_THREADS": "1",
                "PYTHONPATH": str(PROJECT),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, kill_at: int | str = 0, *options: str, engine: bool
    ) -> dict[str, Any]:
        """Let one run happen, up to the point or the stage at which it is killed."""
        exports = None if engine else str(self._scene.after / "export")
        request = {
            "arguments": [*scene_options(self._scene), *options],
            "kill_at": kill_at,
            "exports": exports,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def contents(lake: Path) -> Contents:
    """Every file of the date, with what differs from run to run taken out.

    Not those of the engine, nor the pages for people, which say how long a run took.
    """
    of_a_run = ("warehouse/", "export/", ".locks/", "reports/")
    found = {}
    for path in sorted(lake.rglob("*")):
        name = path.relative_to(lake).as_posix()
        if path.is_file() and not name.startswith(of_a_run):
            content = path.read_bytes()
            if name.startswith("manifests/ingestion/"):
                entry = json.loads(content)
                del entry["received_at"], entry["run_id"]
                content = json.dumps(entry).encode()
            found[name] = content
    return found


def rows(lake: Path) -> dict[str, list[str]]:
    """The rows of every table that dbt wrote, sorted, without the place of the lake."""
    with duckdb.connect(str(lake / "warehouse/warehouse.duckdb"), read_only=True) as db:
        tables = db.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'procurement' and table_type = 'BASE TABLE'"
        ).fetchall()
        return {
            table: sorted(
                repr(row).replace(str(lake), "")
                for row in db.execute(f"select * from procurement.{table}").fetchall()
            )
            for (table,) in tables
        }


def mismatch(lake: Lake, day: str) -> str | None:
    """What a reader finds wrong with a date that has a manifest, at this moment."""
    folder = f"output/supplier_orders/{day}"
    try:
        manifest = _read(lake, f"{folder}/manifest.json")
    except OSError:
        return None  # not published
    for file in json.loads(manifest)["files"]:
        inside = "output" if file["name"].startswith("exceptions/") else folder
        try:
            content = _read(lake, f"{inside}/{file['name']}")
            digest = hashlib.sha256(content).hexdigest()
        except OSError as error:
            digest = str(error)
        if digest != file["sha256"]:
            # Only a manifest that is still the one that was read says something.
            with suppress(OSError):
                if _read(lake, f"{folder}/manifest.json") == manifest:
                    return f"{file['name']}: {digest}"
    return None


def unlike_marts(lake: Path, warehouse: Path, day: str) -> list[str]:
    """What of a published date is not what its marts hold; nothing if it is not.

    Args:
        lake: where the date may be published.
        warehouse: DuckDB's file with the marts that it has to be published from.
        day: the business date.
    """
    folder = lake / "output/supplier_orders" / day
    if not (folder / "manifest.json").exists():
        return []
    orders = [
        json.loads(path.read_text(), parse_float=Decimal)
        for path in folder.iterdir()
        if path.name != "manifest.json"
    ]
    reports = lake / "output/exceptions"
    exceptions = json.loads((reports / f"{day}.json").read_text(), parse_float=Decimal)[
        "exceptions"
    ]
    found: dict[str, list[tuple[Any, ...]]] = {
        "fct_supplier_orders": [
            (order["order_id"], order["status"], order["total_amount"])
            for order in orders
        ],
        "fct_supplier_order_lines": [
            (order["order_id"], line["sku_id"], line["ordered_quantity"],
             line["line_amount"])
            for order in orders
            for line in order["lines"]
        ],
        "fct_exceptions": [
            (row["code"], row["quantity"], row["message"]) for row in exceptions
        ],
    }  # fmt: skip
    columns = {
        "fct_supplier_orders": "order_id, status, total_amount",
        "fct_supplier_order_lines": "order_id, sku_id, ordered_quantity, line_amount",
        "fct_exceptions": "code, quantity, message",
    }
    with duckdb.connect(str(warehouse), read_only=True) as database:
        planned = {
            mart: database.execute(
                f"select {names} from procurement.{mart} where business_date = ?", [day]
            ).fetchall()
            for mart, names in columns.items()
        }
    assert all(planned.values())
    return [mart for mart in columns if _texts(found[mart]) != _texts(planned[mart])]


def _texts(rows: Sequence[Sequence[str | int | Decimal | None]]) -> list[list[str]]:
    """Rows in one order, 60 written as 60.000 is."""
    return sorted(
        [
            plain_number(cell) if isinstance(cell, int | Decimal) else cell or ""
            for cell in row
        ]
        for row in rows
    )


def _read(lake: Lake, path: str) -> bytes:
    with lake.reader(path) as stream:
        return stream.read()


@contextmanager
def reader(lake: Lake, days: Sequence[str]) -> Iterator[list[str]]:
    """Read the output all the time; gives what did not match, which is to be empty."""
    wrong: list[str] = []
    looks = [0]
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            found = [mismatch(lake, day) for day in days]
            wrong.extend(text for text in found if text)
            looks[0] += 1
            is_over.wait(0.002)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield wrong
    finally:
        is_over.set()
        thread.join()
        assert looks[0]
