"""Every model, data test and analysis reads as Trino's SQL, without a Trino server.

A grammar cannot know tables and types: what it finds is SQL that Trino would refuse
to read at all, such as the words that only DuckDB has.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot
import yaml
from sqlglot import TokenType, exp
from sqlglot.errors import ErrorLevel, SqlglotError

from ingestion.config import PROJECT_DIR

RUN_DATE = "2026-01-01"
#: Functions of Trino that sqlglot has no name of its own for.
TRINO_FUNCTIONS = {
    "at_timezone",
    "cardinality",
    "format",
    "json_format",
    "json_parse",
    "is_json_scalar",
    "parse_datetime",
    "from_big_endian_64",
    "to_iso8601",
    "to_utf8",
    "from_utf8",
    "typeof",
    "with_timezone",
    "xxhash64",
    "year_of_week",
}
ONLY_DUCKDB = [
    "select sku_id::varchar from products",
    "select * exclude (sku_id) from products",
    "select * replace (1 as sku_id) from products",
    "select sku_id, count(*) from products group by all",
    "select upper(sku_id) as id, count(*) from products group by id",
    "select sku_id from products qualify row_number() over (order by sku_id) = 1",
    "select strptime(day, '%Y') from products",
    "select list_transform(skus, x -> x + 1) from products",
    "from products",
    "select sku_id, from products",
    "select * from read_csv('a.csv')",
    "select {'a': 1}",
]
TRINO = [
    "select cast(row(1, 'a') as row(n bigint, t varchar)) as pair",
    "select o.id, l.sku_id from o cross join unnest(o.lines) as l (sku_id, quantity)",
    "select count_if(q > 0), max_by(id, q) from t group by grouping sets ((a), ())",
    "select try_cast(a as decimal(18, 3)), date '2026-01-01' + interval '1' day from t",
    "select at_timezone(from_iso8601_timestamp(t), 'UTC'), sha256(to_utf8(a)) from t",
    "select json_format(cast(array_agg(a order by b) as json)) from t group by c",
    "select transform(a, x -> x + 1), \"$path\" from t where regexp_like(p, '[0-9]')",
    "select upper(a) as a, b as c from t group by upper(a), b, 1",
]
#: Tokens that no statement of Trino's has.
FOREIGN_TOKENS = {
    TokenType.DCOLON: "a::b instead of cast(a as b)",
    TokenType.L_BRACE: "{...} instead of row(...)",
}
TOY_PROFILE = {
    "toy": {
        "target": "trino",
        "outputs": {
            "trino": {
                "type": "trino",
                "method": "none",
                "host": "127.0.0.1",
                # Nothing listens there: a connection would be refused at once.
                "port": 9,
                "user": "nobody",
                "database": "iceberg",
                "schema": "toy",
            }
        },
    }
}


def test_compiled_project_reads_as_trino(tmp_path: Path) -> None:
    compiled = compile_for_trino(PROJECT_DIR, tmp_path)

    models = {path.stem for path in (PROJECT_DIR / "models").rglob("*.sql")}
    assert models <= {Path(name).stem for name in compiled}
    complaints = {
        name: found for name, sql in compiled.items() if (found := complaints_of(sql))
    }
    assert complaints == {}
    nodes = json.loads((tmp_path / "manifest.json").read_text("utf-8"))[
        "nodes"
    ].values()
    # Runs of other dates would replace it while this one's models and tests read it.
    assert not [
        node["name"]
        for node in nodes
        if node.get("config", {}).get("materialized") == "view"
        and RUN_DATE in (node.get("compiled_code") or "")
    ]


def test_project_compiles_without_a_server(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "one.sql").write_text("select {{ dbt.hash('a') }} as a")
    (tmp_path / "models" / "two.sql").write_text("select a from {{ ref('one') }}")
    column = {"name": "a", "data_tests": ["not_null"]}
    (tmp_path / "models" / "all.yml").write_text(
        yaml.safe_dump({"models": [{"name": "two", "columns": [column]}]})
    )
    (tmp_path / "profiles.yml").write_text(yaml.safe_dump(TOY_PROFILE))
    (tmp_path / "dbt_project.yml").write_text("{name: toy, profile: toy}")

    compiled = compile_for_trino(tmp_path, tmp_path / "target")

    assert sorted(Path(name).name for name in compiled) == [
        "not_null_two_a.sql",
        "one.sql",
        "two.sql",
    ]
    assert '"iceberg"."toy"."one"' in compiled["models/two.sql"]


@pytest.mark.parametrize("sql", ONLY_DUCKDB)
def test_grammar_complains_of_what_only_duckdb_reads(sql: str) -> None:
    assert complaints_of(sql)


@pytest.mark.parametrize("sql", TRINO)
def test_grammar_reads_what_trino_reads(sql: str) -> None:
    assert complaints_of(sql) == []


def compile_for_trino(project: Path, target: Path) -> dict[str, str]:
    """SQL of each model, data test and analysis, by its path, as Trino would get it."""
    command = [sys.executable, "-m", "dbt.cli.main", "compile", "--target", "trino"]
    done = subprocess.run(
        [
            *command,
            *("--no-introspect", "--no-populate-cache", "--no-partial-parse"),
            *("--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(target), "--log-path", str(target / "logs")),
            *("--vars", f"{{run_date: '{RUN_DATE}'}}"),
        ],
        cwd=project,
        env={**os.environ, "TRINO_HOST": "127.0.0.1", "TRINO_PORT": "9"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = target / "compiled"
    return {
        path.relative_to(folder).as_posix().split("/", 1)[1]: path.read_text("utf-8")
        for path in sorted(folder.rglob("*.sql"))
    }


def complaints_of(sql: str) -> list[str]:
    """What Trino would not read in the SQL; nothing when it is fine."""
    try:
        tokens = sqlglot.tokenize(sql, dialect="trino")
        [tree] = sqlglot.parse(sql, dialect="trino", error_level=ErrorLevel.RAISE)
        assert tree is not None
        tree.sql(dialect="trino", unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        return [str(error)]
    found = _complaints_of_tokens([token.token_type for token in tokens])
    for select in tree.find_all(exp.Select):
        found += _complaints_of_select(select)
    return found + [
        f"unknown function {call.sql()}"
        for call in tree.find_all(exp.Anonymous, exp.ReadCSV, exp.ReadParquet)
        if call.name.lower() not in TRINO_FUNCTIONS
    ]


def _complaints_of_tokens(tokens: list[TokenType]) -> list[str]:
    """What stands in the text and not in the tree that is made of it."""
    found = [text for kind, text in FOREIGN_TOKENS.items() if kind in tokens]
    for before, kind in zip([TokenType.L_PAREN, *tokens], tokens, strict=False):
        if kind is TokenType.FROM and before is TokenType.L_PAREN:
            found.append("from without select")
        if kind is TokenType.FROM and before is TokenType.COMMA:
            found.append("comma before from")
    return found


def _complaints_of_select(select: exp.Select) -> list[str]:
    """The sqlglot reader lets these pass in every dialect."""
    found = []
    if select.args.get("qualify"):
        found.append("qualify")
    found += [
        "select * with exclude or replace"
        for star in select.find_all(exp.Star)
        if any(star.args.values())
    ]
    group = select.args.get("group")
    if group and group.args.get("all"):
        found.append("group by all")
    return found + _grouped_by_alias(select)


def _grouped_by_alias(select: exp.Select) -> list[str]:
    """Trino groups by columns, expressions and positions, not by a new name."""
    group = select.args.get("group")
    named = {
        column.alias
        for column in select.expressions
        if isinstance(column, exp.Alias) and column.this.name != column.alias
    }
    grouped = group.expressions if group else []
    return [
        f"group by the new name {key.name}"
        for key in grouped
        if isinstance(key, exp.Column) and not key.table and key.name in named
    ]
