"""The report of a published date: kept, brought up to late files, written anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from postgres_states import state_folder
from small_retailer import DAYS, HEADER, MASTER, Retailer

DAY = DAYS[0]
PARTS = ("quality.html", "quality.xlsx", "alerts.json", "alerts.txt", "summary.json")


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def published(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Retailer:
    retailer = Retailer(tmp_path_factory.mktemp("published"), state)
    retailer.load()
    retailer.drop_evening(DAY)
    retailer.summaries("--date", DAY)
    return retailer


def test_a_run_that_finds_nothing_new_leaves_the_report_as_it_is(
    published: Retailer,
) -> None:
    before = written(published)

    published.summaries("--date", DAY)

    assert written(published) == before


@pytest.mark.parametrize("gone", [*PARTS, "csv", ".", "../index.html"])
def test_what_is_gone_of_a_report_is_written_anew(
    published: Retailer, gone: str
) -> None:
    before, path = figures(published), reports(published) / DAY / gone
    names = {name for name, _ in written(published)}
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()

    published.summaries("--date", DAY)

    assert {name for name, _ in written(published)} == names
    assert figures(published) == before


def test_a_late_file_is_on_the_page_and_in_the_index(
    published: Retailer, tmp_path: Path
) -> None:
    before = figures(published)
    late = f"{HEADER}9,S1,{DAY}T12:00,1,A,5\n"
    published.drop("orders", DAY, "late.csv", late)

    # The rows of a replay are in no export that the page could be written from.
    published.batch("--replay", "--date", DAY)
    done = published.batch("--date", DAY, ALERT_COMMAND=f"touch {tmp_path}/told")

    assert done.returncode == 0, done.stderr
    assert figures(published) == {**before, "files": before["files"] + 1}
    assert "late.csv" in (reports(published) / DAY / "quality.html").read_text()
    assert not (tmp_path / "told").exists()


def test_a_page_of_a_refused_next_version_gives_way_to_the_published_one(
    published: Retailer,
) -> None:
    page, before = reports(published) / DAY / "quality.html", figures(published)
    published.load(warehouses=MASTER["warehouses"] + "W3,Three,S,\n")
    refused = published.batch("--date", DAY, "--refresh-master")
    assert refused.returncode == 3, refused.stderr
    assert "from W3" in page.read_text()
    published.load()

    published.summaries("--date", DAY)

    assert "from W3" not in page.read_text()
    assert figures(published) == before


def reports(retailer: Retailer) -> Path:
    return retailer.work / "lake/reports"


def written(retailer: Retailer) -> set[tuple[str, int]]:
    """Every file of the reports, and when it was written."""
    return {
        (path.relative_to(reports(retailer)).as_posix(), path.stat().st_mtime_ns)
        for path in reports(retailer).rglob("*")
        if path.is_file()
    }


def figures(retailer: Retailer) -> dict[str, Any]:
    """What the index knows of the date, but how the last run went."""
    path = reports(retailer) / DAY / "summary.json"
    document: dict[str, Any] = json.loads(path.read_text())
    assert None not in document.values(), document
    return {
        name: value
        for name, value in document.items()
        if name not in ("result", "seconds")
    }
