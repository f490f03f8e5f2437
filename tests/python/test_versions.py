"""What changes a published date, and what does not: late files, other master data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres_states import state_folder
from small_retailer import DAYS, HEADER, MASTER, Retailer, quantities

DAY, NEXT, LAST = DAYS
LATE = f"{HEADER}3,S1,{DAY}T12:00,1,A,48\n"


@pytest.fixture(scope="module")
def state() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


@pytest.fixture
def retailer(state: Path, tmp_path: Path) -> Retailer:
    """One date is published."""
    retailer = Retailer(tmp_path, state)
    retailer.load()
    retailer.drop_evening(DAY)
    assert retailer.summaries("--date", DAY)[0]["result"] == "published"
    return retailer


def test_late_file_waits_until_it_is_asked_for_and_makes_a_version(
    retailer: Retailer,
) -> None:
    published, raw = retailer.files("output"), retailer.files("raw")
    retailer.drop("orders", DAY, "late.csv", LATE)
    retailer.drop("orders", DAY, "again.csv", LATE)

    (plain,) = retailer.summaries("--date", DAY)

    assert (plain["result"], plain["late_files"]) == ("published before", ["again.csv"])
    assert "plan orders" not in plain["seconds"]
    assert retailer.files("output") == published
    assert retailer.files("raw") == raw
    (waiting,) = retailer.files(f"held_back/orders/{DAY}/late").values()
    assert b"3,S1," in waiting

    (counted,) = retailer.summaries("--date", DAY, "--include-late")

    assert (counted["version"], counted["files"]) == (
        2,
        {"accepted": 4, "duplicate": 1},
    )
    orders = retailer.orders(DAY)
    assert {order["version"] for order in orders.values()} == {2}
    assert quantities(orders) == {"A": 72, "B": 2.5}
    assert retailer.codes(DAY) == ["late_file"]
    assert not retailer.files("held_back")
    kept = retailer.files(f"versions/{DAY}/v1")
    changes = json.loads(kept.pop("changes.json"))
    assert {name: kept[f"exceptions/{DAY}.{name}"] for name in ("csv", "json")} == {
        name: published[f"exceptions/{DAY}.{name}"] for name in ("csv", "json")
    }
    assert {name: text for name, text in kept.items() if "/" not in name} == {
        path.rpartition("/")[2]: content
        for path, content in published.items()
        if path.startswith("supplier_orders")
    }
    (changed,) = changes["changed"]
    assert (changed["sku_id"], changes["added"], changes["removed"]) == ("A", [], [])
    assert changed["before"]["explanation"]["demand"] == 13
    assert changed["after"]["explanation"]["demand"] == 61
    assert [cause["kind"] for cause in changes["causes"]] == ["input bytes"]

    (again,) = retailer.summaries("--date", DAY, "--include-late")

    assert (again["version"], again["result"]) == (2, "published before")
    assert "identical" in retailer.batch("--date", DAY, "--replay").stdout


def test_correction_under_a_known_name_counts_instead_of_the_former(
    retailer: Retailer,
) -> None:
    former = retailer.files("raw/orders")
    retailer.drop("orders", DAY, "s1.csv", f"{HEADER}1,S1,{DAY}T10:00,1,A,25\n")

    (counted,) = retailer.summaries("--date", DAY, "--include-late")

    assert counted["files"] == {"accepted": 3, "superseded": 1}
    assert quantities(retailer.orders(DAY))["A"] == 60
    assert retailer.codes(DAY) == ["late_file"]
    (superseded,) = retailer.files("held_back").values()
    assert superseded in former.values()


def test_supplier_without_an_order_any_longer_gets_a_cancelled_one(
    retailer: Retailer,
) -> None:
    before = retailer.orders(DAY)["SUP-2"]
    retailer.drop(
        "stock", DAY, "more.csv",
        f"warehouse_id,sku_id,snapshot_at,available\nW2,B,{DAY}T20:00,9\n",
    )  # fmt: skip

    (second,) = retailer.summaries("--date", DAY, "--include-late")

    assert (second["orders"], second["orders_cancelled"]) == (1, 1)
    cancelled = {
        **before, "version": 2, "status": "cancelled", "line_count": 0,
        "total_amount": 0, "lines": [],
    }  # fmt: skip
    assert retailer.orders(DAY)["SUP-2"] == cancelled
    changes = retailer.document(f"versions/{DAY}/v1/changes.json")
    assert [line["sku_id"] for line in changes["removed"]] == ["B"]
    remembered = f"manifests/published_order_lines/{DAY}/v2.jsonl"
    assert '"B"' not in (retailer.work / "lake" / remembered).read_text()

    # It stays cancelled in the version after, which replays as well.
    retailer.drop("orders", DAY, "late.csv", LATE)
    (third,) = retailer.summaries("--date", DAY, "--include-late")

    assert third["version"] == 3
    assert retailer.orders(DAY)["SUP-2"] == {**cancelled, "version": 3}
    assert "identical" in retailer.batch("--date", DAY, "--replay").stdout


def test_late_file_that_cannot_be_accepted_is_reported_and_takes_nothing_away(
    retailer: Retailer,
) -> None:
    retailer.drop("orders", DAY, "s1.csv", "no,header\n")
    (plain,) = retailer.summaries("--date", DAY)
    assert plain["late_files"] == ["s1.csv"]

    (second,) = retailer.summaries("--date", DAY, "--include-late")

    assert second["version"] == 2
    assert retailer.codes(DAY) == ["refused_file"]
    assert quantities(retailer.orders(DAY)) == {"A": 60, "B": 2.5}


def test_version_that_is_refused_leaves_everything_as_it_was(
    retailer: Retailer,
) -> None:
    retailer.drop("orders", DAY, "late.csv", LATE)
    assert retailer.batch("--date", DAY).returncode == 0
    before = retailer.files("")
    retailer.load(warehouses=MASTER["warehouses"] + "W3,Three,S,\n")

    refused = retailer.batch("--date", DAY, "--include-late", "--refresh-master")

    assert refused.returncode == 3
    assert "W3" in refused.stderr
    assert retailer.files("") == before


def test_master_data_bind_once_published_and_can_be_refreshed(
    retailer: Retailer,
) -> None:
    retailer.load(products=MASTER["products"].replace("Nut,12", "Nut,10"))
    retailer.drop_evening(NEXT)
    captured = retailer.files(f"master/{DAY}")
    assert set(captured) == {f"{name}.jsonl" for name in MASTER}

    first, second = retailer.summaries("--from", DAY, "--to", NEXT)

    assert (first["result"], second["result"]) == ("published before", "published")
    assert b'"pack_size":"12.000"' in captured["products.jsonl"]
    assert b'"pack_size":"10.000"' in retailer.files(f"master/{NEXT}")["products.jsonl"]
    assert "identical" in retailer.batch("--date", DAY, "--replay").stdout

    (refreshed,) = retailer.summaries("--date", DAY, "--refresh-master")

    assert refreshed["version"] == 2
    assert refreshed["master_data_changes"] == [
        "products A: pack_size 12.000 -> 10.000"
    ]
    assert quantities(retailer.orders(DAY))["A"] == 50
    assert retailer.files(f"versions/{DAY}/v1/master") == captured
    causes = retailer.document(f"versions/{DAY}/v1/changes.json")["causes"]
    assert [cause["kind"] for cause in causes] == ["master data"]


def test_master_data_that_change_no_byte_publish_nothing(retailer: Retailer) -> None:
    before = retailer.files("")
    retailer.load(stores=MASTER["stores"].replace("One", "Uno"))

    (same,) = retailer.summaries("--date", DAY, "--refresh-master")

    assert (same["result"], same["version"]) == ("published before", 1)
    assert same["master_data_changes"] == ["stores S1: name One -> Uno"]
    after = retailer.files("")
    for files in (before, after):
        for path in [
            path for path in files if path.startswith(("export", "warehouse"))
        ]:
            del files[path]
    assert after == before


def test_later_dates_look_back_at_the_latest_version_and_replay_by_theirs(
    retailer: Retailer,
) -> None:
    netting = ("--vars", "{net_open_orders: true}")
    for day in (NEXT, LAST):
        retailer.drop_evening(day)
    oil = (retailer.work / f"inbox/orders/{DAY}/s2.csv").read_text()
    retailer.drop("orders", NEXT, "again.csv", oil)
    retailer.summaries("--date", NEXT, *netting)
    assert "repeated_file" in retailer.codes(NEXT)
    retailer.drop("orders", DAY, "late.csv", LATE)
    # Other bytes under a known name: version 2 counts those of again.csv no longer.
    retailer.drop("orders", DAY, "s2.csv", oil.replace(",2.5", ",2.500"))
    retailer.summaries("--date", DAY, "--include-late")
    retailer.summaries("--date", LAST, *netting)

    # Released on the first date, to arrive on the fourth: 60 in version 1, 72 in 2.
    nuts = {
        day: retailer.orders(day).get("SUP-1", {"lines": []})["lines"]
        for day in (NEXT, LAST)
    }
    assert nuts == {NEXT: [], LAST: []}
    used = {
        day: retailer.document(f"output/supplier_orders/{day}/manifest.json")["history"]
        for day in (NEXT, LAST)
    }
    assert used[NEXT]["open_orders"] == [{"business_date": DAY, "version": 1}]
    assert used[NEXT]["repeated_files"] == [{"business_date": DAY, "version": 1}]
    assert used[LAST]["repeated_files"] == []
    assert used[LAST]["snapshots"] == [{"business_date": NEXT, "version": 1}]
    assert used[LAST]["open_orders"] == [{"business_date": DAY, "version": 2}]
    replayed = retailer.summaries("--replay", "--from", DAY, "--to", LAST)
    assert {date["replay"]["result"] for date in replayed} == {"identical"}


def test_every_file_of_every_version_is_as_its_manifest_says(
    retailer: Retailer,
) -> None:
    retailer.drop("orders", DAY, "late.csv", LATE)
    retailer.summaries("--date", DAY, "--include-late")

    former = retailer.files(f"versions/{DAY}/v1")
    orders = retailer.files(f"output/supplier_orders/{DAY}")
    latest = {**orders, **retailer.files("output")}
    for version, files in ((1, former), (2, latest)):
        manifest = json.loads(files["manifest.json"])
        assert manifest["version"] == version
        for file in manifest["files"]:
            content = files[file["name"]]
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
