"""Contracts that are wrong are refused with the file and the key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingestion.contracts import (
    FOLDER,
    contracts_digest,
    load_contract,
    load_contracts,
)
from ingestion.errors import UsageError


def test_every_feed_has_its_formats() -> None:
    assert set(load_contracts()) == {
        ("orders", "csv"),
        ("orders", "json"),
        ("stock", "csv"),
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("feed: stock", "", "feed is missing"),
        ("version: 1", "version: one", "version is missing or 'one'"),
        ("version: 1", "version: true", "version"),
        ("version: 1", "version: 1\nspeed: 2", "unknown key: speed"),
        ("0.05", "5", "max_refused_share"),
        ("type: stock", "type: weight", r"columns\[3\]\.type is 'weight'"),
        ("required: true", "required: 1", r"columns\[0\]\.required"),
        ("name: sku_id", "name: warehouse_id", "names one twice"),
        ("  - name: sku_id", "  - 3\n  - name: sku_id", r"columns\[1\] is not"),
        ("feed: stock", "feed: [", "cannot be read"),
    ],
)
def test_a_wrong_contract_names_file_and_key(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "stock_csv.yml"
    text = (FOLDER / "stock_csv.yml").read_text(encoding="utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")

    with pytest.raises(UsageError, match=message) as raised:
        load_contract(path)
    assert "stock_csv.yml" in str(raised.value)


def test_the_digest_tells_names_and_bytes_apart(tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "a", ignore=shutil.ignore_patterns("*.py"))
    same = contracts_digest(tmp_path / "a")
    assert same == contracts_digest(FOLDER)

    (tmp_path / "a" / "stock_csv.yml").rename(tmp_path / "a" / "other.yml")
    assert contracts_digest(tmp_path / "a") != same
