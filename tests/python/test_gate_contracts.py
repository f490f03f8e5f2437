"""Contracts that are wrong are refused with the file and the key."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ingestion.commands.cli import main
from ingestion.config import PROJECT_DIR
from ingestion.contracts import (
    FOLDER,
    contracts_digest,
    load_contract,
    load_contracts,
)
from ingestion.contracts.page import markdown
from ingestion.contracts.reasons import REASONS, in_words
from ingestion.errors import UsageError

#: Texts with a hyphen in the gate's source that are no reasons.
NOT_REASONS = {"utf-8", "latin-1", "utf-16"}


def test_every_feed_has_its_formats() -> None:
    assert set(load_contracts()) == {
        ("orders", "csv"),
        ("orders", "json"),
        ("stock", "csv"),
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("feed: stock", "", "line 1, is wrong: feed is missing"),
        ("feed: stock", "feed: returns", "line 2, .* feed is 'returns', not one of"),
        ("version: 1", "version: one", "line 4, is wrong: version does not fit"),
        ("version: 1", "version: true", "line 4, is wrong: version"),
        ("version: 1", "version: 1\nspeed: 2", "line 5, is wrong: speed is not a key"),
        ("version: 1", "version: 1\nversion: 2", "line 4, .* again on line 5"),
        ("0.05", "5", "line 7, is wrong: max_refused_share"),
        ("type: stock", "type: weight", r"line 24, .*columns\[3\]\.type is 'weight'"),
        ("required: true", "required: 1", r"line 12, .*columns\[0\]\.required"),
        ("name: sku_id", "name: warehouse_id", r"columns\[1\]\.name is named twice"),
        ("  - name: sku_id", "  - 3\n  - name: sku_id", r"columns\[1\] does not fit"),
        ("name: warehouse_id", "name: depot_id", "lacks warehouse_id"),
        ("  - name: sku_id", "  - part: line\n    name: sku_id", "no use for the key"),
        ('compare: "<="', 'compare: "<>"', r"line 41, .*rules\[0\]\.compare"),
        ("other_column: available", "other_column: sku_id", "no column of numbers"),
        ("other_column: available", "value: 1\n    other_column: x", "needs either"),
        ("feed: stock", "feed: [", "cannot be read"),
    ],
)
def test_a_wrong_contract_names_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "stock_csv.yml"
    text = (FOLDER / "stock_csv.yml").read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")

    assert old in text
    with pytest.raises(UsageError, match=message) as raised:
        load_contract(path)
    assert "stock_csv.yml" in str(raised.value)


def test_the_digest_tells_names_and_bytes_apart(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "a", ignore=shutil.ignore_patterns("*.py"))
    same = contracts_digest(tmp_path / "a")
    assert same == contracts_digest(FOLDER)

    (tmp_path / "a" / "stock_csv.yml").rename(tmp_path / "a" / "other.yml")
    assert contracts_digest(tmp_path / "a") != same


def test_the_page_in_the_docs_is_current() -> None:
    page = (PROJECT_DIR / "docs/contracts.md").read_text(encoding="utf-8")

    assert page == markdown(), (
        "python -m ingestion contracts --markdown > docs/contracts.md"
    )


def test_every_reason_that_the_gate_gives_is_explained() -> None:
    forms = PROJECT_DIR / "ingestion/contracts/values.py"
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in [forms, *(PROJECT_DIR / "ingestion/gate").rglob("*.py")]
    )
    given = {
        code
        for code in re.findall(r'"([a-z]+(?:-[a-z]+)+)"', source)
        if code not in NOT_REASONS
    }

    assert given | {"link", "folder"} == set(REASONS)


def test_every_reason_says_what_to_do() -> None:
    for code, (problem, cure) in REASONS.items():
        assert problem, code
        assert cure, code
        assert in_words(code).endswith(f"{cure}.")


def test_the_command_prints_every_column(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contracts"]) == 0
    shown = capsys.readouterr().out

    assert "orders as JSON, version 1" in shown
    assert "lines[].quantity" in shown
    assert "-9999999999 to 9999999999" in shown
    assert "reserved-within-available" in shown
