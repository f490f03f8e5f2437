"""Setup: which dbt_utils ends up in a checkout, and that the stand-in is equal to it.

The expected results are those of dbt_utils 1.3.3, run on the same rows.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from dbt.config.project import package_config_from_data
from dbt.task.deps import _create_sha1_hash

from ingestion.config import PROJECT_DIR
from ingestion.setup import packages
from ingestion.setup.packages import STAND_IN, Outcome, put_dbt_utils_in_place

PROFILE = {"toy": {"target": "duckdb", "outputs": {"duckdb": {"type": "duckdb"}}}}
PROJECT = {
    "name": "toy",
    "version": "1.0",
    "profile": "toy",
    "flags": {"send_anonymous_usage_stats": False},
}
PAIRS = """
select * from (
    values (1, 'a', 5), (1, 'a', 6), (2, null, 0), (2, null, null), (3, 'b', -1)
) as rows_given (id, code, quantity)
"""
#: Name of a test: its dbt_utils test, arguments, `where`, and the rows it finds.
CASES: dict[str, tuple[str, dict[str, object], str | None, int]] = {
    # Nulls are equal to each other: (2, null) is doubled too.
    "doubled": (
        "unique_combination_of_columns",
        {"combination_of_columns": ["id", "code"]},
        None,
        2,
    ),
    "doubled_where": (
        "unique_combination_of_columns",
        {"combination_of_columns": ["id", "code"]},
        "id = 1",
        1,
    ),
    "unique": (
        "unique_combination_of_columns",
        {"combination_of_columns": ["id", "quantity"], "quote_columns": True},
        None,
        0,
    ),
    "claim": ("expression_is_true", {"expression": "quantity >= 0"}, None, 1),
    "claim_or": (
        "expression_is_true",
        {"expression": "id = 1 or quantity = 0"},
        None,
        1,
    ),
    "claim_where": ("expression_is_true", {"expression": "id > 5"}, "id = 2", 2),
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy project below, after ``dbt build``."""
    project = toy_project(tmp_path_factory.mktemp("toy"))
    build(project)
    return project


def test_stand_in_tests_find_the_rows_that_the_original_finds(built: Path) -> None:
    results = json.loads((built / "target" / "run_results.json").read_text())
    found = {
        result["unique_id"].split(".")[2]: result["failures"]
        for result in results["results"]
        if result["unique_id"].startswith("test.")
    }
    assert found == {name: failures for name, (*_, failures) in CASES.items()} | {
        "column_claim": 1
    }


def test_stand_in_covers_every_dbt_utils_name_in_use() -> None:
    used = {
        name
        for folder in ("models", "macros", "seeds", "tests", "analyses", "snapshots")
        for path in (PROJECT_DIR / folder).rglob("*")
        if path.suffix in (".sql", ".yml")
        for name in re.findall(r"\bdbt_utils\.(\w+)", path.read_text("utf-8"))
    }
    text = "".join(path.read_text("utf-8") for path in STAND_IN.rglob("*.sql"))
    offered = set(re.findall(r"{%-?\s*(?:test|macro)\s+(\w+)", text))
    assert used <= offered, f"missing in the stand-in: {sorted(used - offered)}"


def test_lock_file_belongs_to_packages_file() -> None:
    declared = yaml.safe_load((PROJECT_DIR / "packages.yml").read_text())
    locked = yaml.safe_load((PROJECT_DIR / "package-lock.yml").read_text())

    # dbt hashes what it read together with the same before rendering.
    config = package_config_from_data(deepcopy(declared), deepcopy(declared))
    assert locked["sha1_hash"] == _create_sha1_hash(config.packages)
    assert locked["packages"] == [{"name": "dbt_utils", **declared["packages"][0]}]


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_requirements_are_locked(name: str) -> None:
    """Every wanted package is pinned, hashed, and from no address of anybody's own."""
    lines = "\n".join(
        (PROJECT_DIR / "requirements" / f"{part}.in").read_text()
        for part in {name, "runtime"}
    ).splitlines()
    wanted = {
        line.split(";")[0].strip()
        for line in lines
        if line and not line.startswith(("#", "-r"))
    }
    locked = (PROJECT_DIR / "requirements" / f"{name}.txt").read_text()
    pins = re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;]+)", locked, re.MULTILINE)

    assert {w for w in wanted if "==" not in w} <= {package for package, _ in pins}
    assert {w for w in wanted if "==" in w} <= {f"{p}=={v}" for p, v in pins}
    assert len(pins) == len(re.findall(r"==[^\n]*\\\n    --hash=sha256:", locked))
    assert not re.findall(r"://|(?<![\w.])/(?:home|root|tmp)/", locked)


def test_genuine_package_is_left_alone(tmp_path: Path) -> None:
    genuine = tmp_path / "dbt_packages" / "dbt_utils" / "dbt_project.yml"
    genuine.parent.mkdir(parents=True)
    genuine.write_text("name: dbt_utils\nversion: 9.9.9\n")

    assert put_dbt_utils_in_place(tmp_path) is Outcome.GENUINE
    assert [path.name for path in genuine.parent.iterdir()] == ["dbt_project.yml"]
    assert "9.9.9" in genuine.read_text()


def test_stand_in_takes_the_place_when_the_hub_is_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Port 9 of this machine: refused at once, whatever network there is.
    monkeypatch.setenv("DBT_PACKAGE_HUB_URL", "http://127.0.0.1:9/")
    (tmp_path / "dbt_project.yml").write_text(yaml.safe_dump(PROJECT))
    for name in ("packages.yml", "package-lock.yml"):
        shutil.copy(PROJECT_DIR / name, tmp_path / name)

    assert put_dbt_utils_in_place(tmp_path) is Outcome.STOOD_IN

    package = tmp_path / "dbt_packages" / "dbt_utils"
    assert packages.is_stand_in(package)
    assert packages.is_package(package)
    assert yaml.safe_load((tmp_path / "packages.yml").read_text()) == yaml.safe_load(
        (PROJECT_DIR / "packages.yml").read_text()
    )


def test_stand_in_of_an_older_checkout_is_refreshed(tmp_path: Path) -> None:
    package = tmp_path / "dbt_packages" / "dbt_utils"
    shutil.copytree(STAND_IN, package)
    macro = package / "macros" / "expression_is_true.sql"
    macro.write_text("-- old")
    (package / "macros" / "gone.sql").write_text("-- no longer offered")

    assert put_dbt_utils_in_place(tmp_path) is Outcome.KEPT
    assert macro.read_text() == (STAND_IN / "macros" / macro.name).read_text()
    assert not (package / "macros" / "gone.sql").exists()


def toy_project(folder: Path) -> Path:
    """A dbt project of one model and the cases above, with the stand-in in place."""
    shutil.copytree(STAND_IN, folder / "dbt_packages" / "dbt_utils")
    (folder / "models").mkdir()
    (folder / "models" / "pairs.sql").write_text(PAIRS)
    (folder / "models" / "models.yml").write_text(yaml.safe_dump(toy_models()))
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(PROJECT))
    (folder / "profiles.yml").write_text(yaml.safe_dump(PROFILE))
    return folder


def toy_models() -> dict[str, object]:
    """The YAML that puts each case on the model, or on its quantity column."""
    tests: list[dict[str, object]] = []
    for name, (test, arguments, where, _) in CASES.items():
        config: dict[str, object] = {"severity": "warn"}
        if where:
            config["where"] = where
        body: dict[str, object] = {"name": name, "config": config}
        if arguments:
            body["arguments"] = arguments
        tests.append({f"dbt_utils.{test}": body})
    column_claim = {
        "name": "column_claim",
        "arguments": {"expression": ">= 0"},
        "config": {"severity": "warn"},
    }
    on_column = [{"dbt_utils.expression_is_true": column_claim}]
    column = {"name": "quantity", "data_tests": on_column}
    model = {"name": "pairs", "columns": [column], "data_tests": tests}
    return {"models": [model]}


def build(project: Path) -> None:
    """Run ``dbt build`` in a process of its own: dbt keeps state between runs."""
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "build", "--profiles-dir", "."],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
