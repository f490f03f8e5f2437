"""PostgreSQL as dbt sees it on the embedded target, in a small project."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.config import PROJECT_DIR
from postgres_states import is_serving, state_folder

FILES = {
    "dbt_project.yml": """
name: small
profile: small
flags: {send_anonymous_usage_stats: false}
""",
    "profiles.yml": """
small:
  target: embedded
  outputs:
    embedded:
      type: duckdb
      path: "{{ env_var('PROCUREMENT_LAKE') }}/warehouse/procurement.duckdb"
      module_paths: ["{{ env_var('CHECKOUT') }}"]
      plugins: [{module: ingestion.duckdb_plugin, config: {folders: [export]}}]
""",
    "models/sources.yml": """
sources:
  - {name: master, database: postgresql, schema: master, tables: [name: products]}
""",
    "models/plan.sql": """
{{ config(materialized='table') }}
select sku_id, pack_size, current_setting('TimeZone') as zone
from {{ source('master', 'products') }}
""",
    "models/report.sql": """
{{ config(materialized='table', database='postgresql', schema='gold') }}
select sku_id from {{ ref('plan') }}
""",
}

#: Plans twice in one process, parsed once; master data changes in between, and
#: the second time by tables that were made anew.
TWO_RUNS = """
import os
from pathlib import Path
from dbt.cli.main import dbtRunner
from ingestion.postgres import connect
from ingestion.postgres.embedded import running_postgres

def run(manifest, *command):
    result = dbtRunner(manifest).invoke([*command, "--quiet"])
    assert result.success, result.exception
    return result.result

manifest = run(None, "parse")
with running_postgres(Path(os.environ["PROCUREMENT_STATE"])) as settings:
    for statement in (
        "select 1",
        "insert into master.products (sku_id, pack_size) values ('00123', 12.001)",
        "alter table master.products drop column name, add column extra integer",
    ):
        connection = connect(settings)
        with connection:
            connection.cursor().execute(statement)
        run(manifest, "build")
        run(manifest, "show", "--select", "plan", "--output", "json")
        query = "select count(*) || '/' || max(pack_size) || max(zone) as x from plan"
        table = run(manifest, "show", "--inline", query).results[0].agate_table
        print([row[0] for row in table.rows])
        with connection, connection.cursor() as cursor:
            cursor.execute("select count(*) from main_gold.report")
            print("in PostgreSQL:", cursor.fetchone()[0])
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


def run_python(
    project: Path, state: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    without = {key: os.environ[key] for key in os.environ if not key.startswith("PG")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={
            **without,
            "PYTHONPATH": os.pathsep.join([str(PROJECT_DIR), *sys.path]),
            "CHECKOUT": str(PROJECT_DIR),
            "PROCUREMENT_LAKE": str(project / "lake"),
            "PROCUREMENT_STATE": str(state),
            "TZ": "America/Lima",
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_one_process_sees_master_data_as_it_changes(project: Path, state: Path) -> None:
    done = run_python(project, state, "-c", TWO_RUNS)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("[")]
    assert lines == ["[None]", "['1/12.001UTC']", "['1/12.001UTC']"]
    assert re.findall("in PostgreSQL: (.)", done.stdout) == ["0", "1", "1"]
    assert (project / "lake" / "export").is_dir()
    assert not is_serving(state)


DBT = "from dbt.cli.main import cli; cli()"


def test_dead_server_is_one_message(project: Path, state: Path) -> None:
    dead = {"PGHOST": "127.0.0.1", "PGPORT": "9", "PGPASSWORD": "hush"}
    done = run_python(project, state, "-c", DBT, "build", **dead)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert said.count("PostgreSQL at 127.0.0.1:9") == 1
    assert "Traceback" not in said
    assert "hush" not in said
    assert not state.exists()
