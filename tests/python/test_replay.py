"""Past dates again from the lake alone: the same bytes, or what differs and why."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from changed_project import change, copied_project
from pipeline_runner import call_in
from postgres_states import state_folder
from small_retailer import DAYS, HEADER, Retailer

DAY, NEXT, LAST = DAYS
RANGE = ("--from", DAY, "--to", LAST)
#: Few dates are enough for spikes, and what is on order is subtracted.
RULES = ("--vars", "{net_open_orders: true, spike_min_run_dates: 2, spike_ratio: 1.5}")
NOWHERE = {"PGHOST": "127.0.0.1", "PGPORT": "9"}


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def published(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Retailer:
    """Three dates: lines on order, a spike, a refused row, and the first date late."""
    retailer = Retailer(tmp_path_factory.mktemp("published"), state)
    retailer.load()
    for day, nuts in zip(DAYS, ("13", "14", "99"), strict=True):
        retailer.drop_evening(day, nuts)
    rows = "".join(f"{n},S1,{LAST}T12:00,1,A,1\n" for n in range(10, 40))
    retailer.drop("orders", LAST, "s3.csv", f"{HEADER}{rows}5,S1,{LAST}T12:00,1,A,x\n")
    retailer.summaries(*RANGE, *RULES)
    late = f"{HEADER}3,S1,{DAY}T12:00,1,A,480\n"
    retailer.drop("orders", DAY, "late.csv", late)
    retailer.summaries("--date", DAY, "--include-late")
    assert {"demand_spike", "refused_rows"} <= set(retailer.codes(LAST))
    return retailer


def copied(published: Retailer, work: Path, *folders: str) -> Retailer:
    """A lake with nothing but these folders, and no inbox."""
    for folder in folders:
        shutil.copytree(published.work / "lake" / folder, work / "lake" / folder)
    return Retailer(work, published.state)


def test_every_date_is_identical_on_an_empty_warehouse_without_inbox_or_postgres(
    published: Retailer, tmp_path: Path
) -> None:
    other = copied(published, tmp_path, "raw", "manifests", "master", "output")
    before = other.files("output")

    done = other.batch(
        "--replay", *RANGE, **NOWHERE, TZ="Asia/Kathmandu", LC_ALL="C",
        PYTHONHASHSEED="11", PROCUREMENT_THREADS="4",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("replayed: identical") == 3
    assert other.files("output") == before


def test_what_was_lost_is_published_again(published: Retailer, tmp_path: Path) -> None:
    other = copied(published, tmp_path, "raw", "manifests", "master")
    shutil.rmtree(tmp_path / f"lake/master/{LAST}")

    done = other.batch("--replay", *RANGE, *RULES, "--json", **NOWHERE)

    dates = json.loads(done.stdout)["dates"]
    assert [date["version"] for date in dates] == [2, 1, None]
    assert [date["exit_code"] for date in dates] == [0, 0, 3]
    assert "no master data" in done.stderr
    day = f"supplier_orders/{DAY}"
    expected = published.files(f"output/{day}")
    found = other.files(f"output/{day}")
    for name in set(expected) - {"manifest.json"}:
        assert found[name] == expected[name], name


def test_each_cause_is_named_and_nothing_is_changed(
    published: Retailer, tmp_path: Path
) -> None:
    other = copied(
        published, tmp_path, "raw", "manifests", "master", "output", "versions"
    )
    for path in (tmp_path / f"lake/raw/orders/{DAY}/csv").iterdir():
        path.write_text(path.read_text().replace(",13", ",40"))
    products = tmp_path / f"lake/master/{NEXT}/products.jsonl"
    products.write_text(products.read_text().replace("0.500", "2.000"))
    order = tmp_path / f"lake/output/supplier_orders/{LAST}/SUP-1.json"
    order.write_text(order.read_text().replace('"Nut"', '"Bolt"'))
    before = other.files("output")

    done = other.batch("--replay", *RANGE, "--json", **NOWHERE)

    assert done.returncode == 6
    replays = [date["replay"] for date in json.loads(done.stdout)["dates"]]
    kinds = [[cause["kind"] for cause in replay["causes"]] for replay in replays]
    assert kinds == [["input bytes"], ["master data"], ["published files"]]
    assert "ordered_quantity" in replays[0]["differences"][0]
    assert replays[1]["differences"][0].startswith("SUP-2 B: ordered_quantity 2.5 -> 4")
    assert replays[2]["files"] == ["SUP-1.json"]
    assert replays[2]["differences"][0] == "SUP-1 A: name Bolt -> Nut"
    assert other.files("output") == before


def test_a_variable_given_anew_is_a_cause(published: Retailer) -> None:
    before = published.files("output")

    done = published.batch(
        "--replay", "--date", NEXT, "--vars", "{net_open_orders: false}"
    )

    assert done.returncode == 6
    assert "variable: net_open_orders was true, is false" in done.stderr
    assert "replayed: different" in done.stdout
    assert published.files("output") == before


def test_a_changed_rule_shows_as_order_lines(
    published: Retailer, tmp_path: Path
) -> None:
    changed = copied_project(tmp_path / "project")
    rule = "coalesce(rules.safety_stock, demand_and_stock.safety_stock, 0)"
    change(
        changed / "models/intermediate/replenishment/int_replenishment_terms.sql",
        rule,
        f"{rule} + 1",
    )

    done = call_in(
        changed, published.state, "run_batch.py", *published.places(),
        "--replay", "--date", LAST,
    )  # fmt: skip

    assert done.returncode == 6, done.stderr
    assert "code: the models and macros have changed" in done.stderr
    assert "SUP-2 B: ordered_quantity 2.5 -> 3.5, packs 5 -> 7" in done.stderr
