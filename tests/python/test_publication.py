"""Publishing: everything of a date becomes visible, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from exported_builds import BUILD, export_build
from ingestion.canonical_json import Json
from ingestion.errors import ExitCode, PublicationError
from ingestion.lake import LocalLake
from ingestion.publication.composing import compose
from ingestion.publication.provenance import Provenance
from ingestion.publication.published import published_version
from ingestion.publication.publishing import publish
from ingestion.publication.version_files import Published

DAY = date(2026, 1, 1)
PROVENANCE = Provenance(inputs=[], master_data="0" * 64, rule_variables={}, code={})

ORDER: dict[str, Any] = {
    "order_id": "PO-20260101-SUP-001",
    "status": "released",
    "supplier_name": "Süd",
    "lead_time_days": 3,
    "currency": "EUR",
    "requested_delivery_date": "2026-01-04",
    "line_count": 1,
    "total_amount": 72.00,
    "lines": [
        {
            "line_number": 1,
            "sku_id": "SKU-00123",
            "name": 'Nut "M8"',
            "ordered_quantity": 60.000,
            "unit": "EA",
            "pack_size": 12.000,
            "packs": 5,
            "unit_price": 1.2000,
            "line_amount": 72.00,
            "demand": 13.000,
            "safety_stock": 0.000,
            "available": 0.000,
            "reserved": 0.000,
            "on_order": 0.000,
            "net_demand": 13.000,
            "moq": 50.000,
            "quantity_after_moq": 50.000,
            "surplus": 47.000,
            "flags": None,
        }
    ],
    "business_date": "2026-01-01",
    "supplier_id": "SUP-001",
}

# The order of the interface description, to the letter.
EXPECTED_ORDER = (
    '{"schema_version":1,"order_id":"PO-20260101-SUP-001",'
    '"business_date":"2026-01-01","version":1,"status":"released",'
    '"supplier":{"supplier_id":"SUP-001","name":"Süd","lead_time_days":3},'
    '"currency":"EUR","requested_delivery_date":"2026-01-04","line_count":1,'
    '"total_amount":72,"lines":[{"line_number":1,"sku_id":"SKU-00123",'
    '"name":"Nut \\"M8\\"","ordered_quantity":60,"unit":"EA","pack_size":12,'
    '"packs":5,"unit_price":1.2,"line_amount":72,"explanation":{"demand":13,'
    '"safety_stock":0,"available":0,"reserved":0,"on_order":0,"net_demand":13,'
    '"moq":50,"quantity_after_moq":50,"surplus":47,"flags":[]}}]}\n'
)


@pytest.fixture
def lake(tmp_path: Path) -> LocalLake:
    lake = LocalLake(tmp_path)
    demand = [
        {"sku_id": "SKU-00123", "demand": 13.000},
        {"sku_id": "SKU-00124", "demand": 0},
    ]
    export_build(lake, DAY, [ORDER], demand=demand)
    return lake


def published(lake: LocalLake) -> Published:
    return publish(lake, compose(lake, DAY, 1, {}, BUILD), PROVENANCE)


def output(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / "output").rglob("*"))
        if path.is_file()
    }


def test_an_order_is_published_to_the_byte(lake: LocalLake, tmp_path: Path) -> None:
    published(lake)

    order = output(tmp_path)["output/supplier_orders/2026-01-01/SUP-001.json"]
    assert order.decode() == EXPECTED_ORDER


def test_the_manifest_names_every_file_with_its_sha256(
    lake: LocalLake, tmp_path: Path
) -> None:
    published(lake)

    files = output(tmp_path)
    manifest = json.loads(
        files.pop("output/supplier_orders/2026-01-01/manifest.json").decode()
    )
    listed = {file["name"]: file["sha256"] for file in manifest["files"]}
    assert listed == {
        path.removeprefix("output/").removeprefix(
            "supplier_orders/2026-01-01/"
        ): hashlib.sha256(content).hexdigest()
        for path, content in files.items()
    }
    assert published_version(lake, DAY) == 1


def test_later_dates_find_demand_and_open_lines(
    lake: LocalLake, tmp_path: Path
) -> None:
    published(lake)

    manifests = tmp_path / "manifests"
    assert (manifests / "published_demand/2026-01-01/v1.jsonl").read_text() == (
        '{"version":"1","sku_id":"SKU-00123","demand":"13"}\n'
    )
    assert (manifests / "published_order_lines/2026-01-01/v1.jsonl").read_text() == (
        '{"version":"1","sku_id":"SKU-00123","ordered_quantity":"60",'
        '"requested_delivery_date":"2026-01-04"}\n'
    )


def test_later_dates_find_files_that_counted_and_snapshots_in_parts(
    tmp_path: Path,
) -> None:
    skus = [f"SKU-{number:05}" for number in range(10_001)]
    lake = LocalLake(tmp_path)
    checks = [
        {"check_name": "rows", "scope_kind": "warehouse", "scope_id": "W", "value": 1,
         "status": "passed"},
    ]  # fmt: skip
    export_build(
        lake, DAY, checks=checks, snapshots=[{"warehouse_id": "W", "sku_ids": skus}]
    )
    accepted: dict[str, Json] = {"feed": "orders", "sha256": "a", "rows_accepted": 2}
    refused: dict[str, Json] = {"feed": "orders", "sha256": "b", "rows_accepted": 0}
    provenance = replace(PROVENANCE, inputs=[accepted, refused])
    publish(lake, compose(lake, DAY, 1, {}, BUILD), provenance)

    manifests = tmp_path / "manifests"
    assert (manifests / "published_files/2026-01-01/v1.jsonl").read_text() == (
        '{"version":"1","feed":"orders","sha256":"a"}\n'
    )
    path = manifests / "published_snapshots/2026-01-01/v1.jsonl"
    parts = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(one["part"], len(one["sku_ids"])) for one in parts] == [
        ("1", 10_000),
        ("2", 1),
    ]
    assert [sku for one in parts for sku in one["sku_ids"]] == skus


class FailingLake(LocalLake):
    """A lake that fails at its n-th change, as a full disk would."""

    def __init__(self, folder: Path, changes: int) -> None:
        super().__init__(folder)
        self.left = changes

    def _change(self) -> None:
        if self.left == 0:
            raise OSError(28, "No space left on device")
        self.left -= 1

    @contextmanager
    def writer(self, path: str, *, replace: bool = False) -> Iterator[BinaryIO]:
        self._change()
        with super().writer(path, replace=replace) as stream:
            yield stream

    def rename(self, source: str, target: str) -> None:
        self._change()
        super().rename(source, target)


def test_a_publication_that_fails_anywhere_leaves_nothing_and_can_be_repeated(
    lake: LocalLake, tmp_path: Path
) -> None:
    failures = 0
    for changes in range(100):
        try:
            published(FailingLake(tmp_path, changes))
            break
        except OSError:
            failures += 1
            assert output(tmp_path) == {}
            assert published_version(lake, DAY) is None

    assert failures >= 6
    assert published_version(lake, DAY) == 1
    assert not list(tmp_path.glob("versions/_building/*"))


class InterruptedLake(LocalLake):
    """A lake whose user loses patience just after a folder was renamed."""

    def rename(self, source: str, target: str) -> None:
        super().rename(source, target)
        raise KeyboardInterrupt


def test_a_publication_interrupted_at_its_last_step_leaves_nothing(
    lake: LocalLake, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        published(InterruptedLake(tmp_path))

    assert output(tmp_path) == {}
    assert published_version(lake, DAY) is None
    assert published(lake).orders == 1


def test_a_folder_without_manifest_is_not_published_and_is_replaced(
    lake: LocalLake, tmp_path: Path
) -> None:
    with lake.writer("output/supplier_orders/2026-01-01/OLD.json") as stream:
        stream.write(b"{}\n")
    assert published_version(lake, DAY) is None

    published(lake)

    assert "output/supplier_orders/2026-01-01/OLD.json" not in output(tmp_path)


class ForgetfulLake(LocalLake):
    """A lake in which something happens to a file once it is visible."""

    def __init__(self, folder: Path, happening: Callable[[Path], object]) -> None:
        super().__init__(folder)
        self.happening = happening

    def rename(self, source: str, target: str) -> None:
        super().rename(source, target)
        if target.startswith("output/"):
            self.happening(Path(self.root) / target)


def _cut(folder: Path) -> None:
    path = folder / "SUP-001.json"
    path.write_bytes(path.read_bytes()[:-1])


def _flip(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"13", b"31"))


@pytest.mark.parametrize(
    ("happening", "said"),
    [
        (_cut, r"SUP-001\.json is 593 bytes with sha256"),
        (_flip, "manifest.json is "),
        (lambda folder: (folder / "SUP-001.json").unlink(), "SUP-001.json is missing"),
        (
            lambda folder: (folder / "OLD.json").write_text("{}"),
            "OLD.json should not be there",
        ),
        (
            lambda folder: (folder / "../../exceptions/2026-01-01.csv").write_text(""),
            "exceptions/2026-01-01.csv is 0 bytes",
        ),
    ],
)
def test_a_publication_that_reads_back_otherwise_is_withdrawn(
    lake: LocalLake, tmp_path: Path, happening: Callable[[Path], object], said: str
) -> None:
    with pytest.raises(PublicationError, match=said) as error:
        published(ForgetfulLake(tmp_path, happening))

    assert error.value.exit_code == ExitCode.FAILED
    assert output(tmp_path) == {}
    assert published(lake).orders == 1
