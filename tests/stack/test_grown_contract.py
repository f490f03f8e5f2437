"""Files of a contract as it was are read by the contract as it is, on Trino too."""

from __future__ import annotations

from pathlib import Path

from engines import call, empty_lake, on_stack

from changed_project import add_to_order_contract, add_to_order_table, copied_project
from small_retailer import DAYS, HEADER, MASTER, Retailer
from stack.launcher.places import StackPlace
from stack.launcher.services import trino_rows

DAY, NEXT, _ = DAYS


def test_earlier_days_read_null_and_replay_to_the_same_bytes(
    stack: StackPlace, workdir: Path
) -> None:
    empty_lake(stack)
    places, folder = on_stack(stack), workdir / "grown"
    (folder / "master").mkdir(parents=True)
    for name, text in MASTER.items():
        (folder / f"master/{name}.csv").write_text(text)
    call(
        places, "-m", "ingestion", "master", "load", "--prune",
        "--from", f"{folder}/master",
    )  # fmt: skip
    batch = ("run_batch.py", "--target", "trino", "--inbox", f"{folder}/inbox")
    retailer = Retailer(folder, folder / "state")
    retailer.drop_evening(DAY)
    call(places, *batch, "--date", DAY)

    project = copied_project(folder / "project")
    add_to_order_contract(project, "channel")
    add_to_order_table(project, "channel")
    retailer.drop_evening(NEXT)
    header = HEADER.replace("\n", ",channel\n")
    retailer.drop("orders", NEXT, "web.csv", f"{header}9,S1,{NEXT}T12:00,1,A,2,web\n")
    call(places, *batch, "--date", NEXT, project=project)
    replayed = call(
        places, *batch, "--from", DAY, "--to", NEXT, "--replay", project=project
    )

    assert replayed.stdout.count("replayed: identical") == 2
    rows = trino_rows(
        stack,
        "select distinct cast(business_date as varchar), channel "
        f"from hive.raw.orders_csv where business_date <= date '{NEXT}' "
        "order by 1, 2",
    )
    # CSV knows no null: the empty cell of a row that has the column is an empty text.
    assert [tuple(row) for row in rows] == [(DAY, None), (NEXT, ""), (NEXT, "web")]
