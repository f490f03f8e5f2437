"""Publishing in HDFS, killed at any call: all of a date is visible, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import BinaryIO, TypeVar

import pytest
from engines import contents

from crash_scene import mismatch
from exported_builds import BUILD, exception_row, export_build, order_row
from ingestion.errors import PublicationError
from ingestion.lake import Lake, LakeFile
from ingestion.lake.hdfs import open_hdfs_lake
from ingestion.publication.composing import compose
from ingestion.publication.provenance import Provenance
from ingestion.publication.publishing import publish
from stack.launcher.places import StackPlace

DAY = date(2026, 1, 2)
POINTS = 30
PROVENANCE = Provenance(inputs=[], master_data="0" * 64, rule_variables={}, code={})

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Kill(BaseException):
    """The process is gone: nothing after this happens."""


class KilledLake:
    """Another lake, of which no call is made any longer after the n-th."""

    def __init__(self, lake: Lake, calls: int = 10**6) -> None:
        self.lake = lake
        self.left = calls
        self.made = 0
        self._counting = threading.Lock()

    @property
    def root(self) -> str:
        return self.lake.root

    def _call(self) -> None:
        with self._counting:
            if self.left == 0:
                raise Kill
            self.left -= 1
            self.made += 1

    def files(self, folder: str) -> list[LakeFile]:
        self._call()
        return self.lake.files(folder)

    def folders(self, folder: str) -> list[str]:
        self._call()
        return self.lake.folders(folder)

    def exists(self, path: str) -> bool:
        self._call()
        return self.lake.exists(path)

    @contextmanager
    def reader(self, path: str) -> Iterator[BinaryIO]:
        self._call()
        with self.lake.reader(path) as stream:
            yield stream

    @contextmanager
    def writer(self, path: str, *, replace: bool = False) -> Iterator[BinaryIO]:
        self._call()
        with self.lake.writer(path, replace=replace) as stream:
            yield stream

    def rename(self, source: str, target: str) -> None:
        self._call()
        self.lake.rename(source, target)

    def delete(self, path: str) -> None:
        self._call()
        self.lake.delete(path)

    def each(
        self, call: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        return self.lake.each(call, items)


@pytest.fixture
def lake(stack: StackPlace) -> Iterator[Lake]:
    """A lake of its own in the stack's HDFS, with the export of a date."""
    here = open_hdfs_lake(f"{stack.lake}/publication", stack.client_environment())
    export_build(
        here,
        DAY,
        [order_row(f"SUP-{number:03}", DAY, ["1", "2.5"]) for number in range(12)],
        [exception_row(DAY, "negative_stock", -3, "one")],
        [{"sku_id": "A", "demand": 13}],
    )
    yield here
    here.delete("")


def publish_date(lake: Lake) -> None:
    """What a run does between the end of its build and its end."""
    publish(lake, compose(lake, DAY, 1, {}, BUILD), PROVENANCE)


def unpublish(lake: Lake) -> None:
    for folder in ("output", "versions", "manifests"):
        lake.delete(folder)


def test_publication_killed_at_any_call_shows_all_of_a_date_or_nothing(
    lake: Lake,
) -> None:
    whole = KilledLake(lake)
    publish_date(whole)
    expected = contents(lake, "output")
    assert len(expected) == 15
    total = whole.made
    points = [round(step * (total - 1) / (POINTS - 1)) for step in range(POINTS)]
    assert len(set(points)) == POINTS
    seen = []
    for point in points:
        unpublish(lake)
        with pytest.raises(Kill):
            publish_date(KilledLake(lake, point))
        assert mismatch(lake, str(DAY)) is None, point
        manifest = f"output/supplier_orders/{DAY}/manifest.json"
        seen.append(lake.exists(manifest))
        if seen[-1]:
            assert contents(lake, "output") == expected, point

        publish_date(lake)

        assert contents(lake, "output") == expected, point
    # The last calls read back what is visible.
    assert 0 < sum(seen) < POINTS


def test_published_file_that_reads_back_otherwise_is_withdrawn(lake: Lake) -> None:
    class Losing(KilledLake):
        def rename(self, source: str, target: str) -> None:
            super().rename(source, target)
            if target.startswith("output/"):
                path = f"{target}/SUP-003.json"
                with self.lake.writer(path, replace=True) as stream:
                    stream.write(b"{")

    with pytest.raises(PublicationError, match=r"SUP-003\.json is 1 bytes"):
        publish_date(Losing(lake))

    assert contents(lake, "output") == {}
