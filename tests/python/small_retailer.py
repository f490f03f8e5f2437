"""A retailer of two stores and two warehouses, with a PostgreSQL, inbox and lake."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline_runner import call

DAYS = ("2026-01-01", "2026-01-02", "2026-01-03")
HEADER = "order_id,store_id,ordered_at,line_number,sku_id,quantity\n"
MASTER = {
    "products": "sku_id,name,pack_size,unit,status\nA,Nut,12,EA,active\nB,Oil,0.5,L,\n",
    "suppliers": "supplier_id,name,lead_time_days,currency,min_order_value\n"
    "SUP-1,One,3,EUR,\nSUP-2,Two,1,EUR,\n",
    "product_suppliers": "sku_id,supplier_id,priority,unit_price\n"
    "A,SUP-1,1,1.2\nB,SUP-2,1,4\n",
    "replenishment_rules": "sku_id,moq,safety_stock\nA,50,6\nB,,\n",
    "stores": "store_id,name,region\nS1,One,N\nS2,Two,S\n",
    "warehouses": "warehouse_id,name,region,capacity\nW1,One,N,\nW2,Two,S,\n",
}


@dataclass(frozen=True)
class Retailer:
    """One lake and inbox below ``work``; the state may serve several of them."""

    work: Path
    state: Path

    def drop_evening(self, day: str, nuts: str = "13") -> None:
        """Complete files of an evening: nuts from S1, oil from S2."""
        self.drop("orders", day, "s1.csv", f"{HEADER}1,S1,{day}T10:00,1,A,{nuts}\n")
        self.drop("orders", day, "s2.csv", f"{HEADER}2,S2,{day}T11:00,1,B,2.5\n")
        self.drop(
            "stock", day, "stock.csv",
            "warehouse_id,sku_id,available,reserved,evening\n"
            f"W1,A,10,4,{day}\nW2,B,0,0,{day}\n",
        )  # fmt: skip

    def drop(self, feed: str, day: str, name: str, text: str) -> None:
        """Put a file into the inbox."""
        path = self.work / "inbox" / feed / day / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def load(self, **tables: str) -> None:
        """Load master data, the small retailer's where no other text is given."""
        folder = self.work / "master"
        folder.mkdir(exist_ok=True)
        for name, text in {**MASTER, **tables}.items():
            (folder / f"{name}.csv").write_text(text)
        done = self._call(
            "-m", "ingestion", "master", "load", "--from", str(folder), "--prune"
        )
        assert done.returncode == 0, done.stderr

    def batch(
        self, *options: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the batch with these options."""
        return self._call("run_batch.py", *self.places(), *options, **variables)

    def places(self) -> list[str]:
        """Options that name the inbox and the lake."""
        return ["--inbox", f"{self.work}/inbox", "--lake", f"{self.work}/lake"]

    def summaries(self, *options: str) -> list[dict[str, Any]]:
        """Run the batch, which has to succeed; its summaries."""
        done = self.batch(*options, "--json")
        assert done.returncode == 0, done.stderr
        dates: list[dict[str, Any]] = json.loads(done.stdout)["dates"]
        return dates

    def files(self, folder: str) -> dict[str, bytes]:
        """Files below a folder of the lake, by their paths from there.

        Not locks and pages for people: they say when a run was, and how long.
        """
        root = self.work / "lake" / folder
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not {".locks", "reports"} & {*path.parts}
        }

    def document(self, path: str) -> Any:
        """A JSON document of the lake."""
        return json.loads((self.work / "lake" / path).read_text())

    def orders(self, day: str) -> dict[str, Any]:
        """Published orders by supplier."""
        folder = self.work / "lake/output/supplier_orders" / day
        return {
            path.stem: json.loads(path.read_text())
            for path in folder.iterdir()
            if path.name != "manifest.json"
        }

    def codes(self, day: str) -> list[str]:
        """Codes of the published exceptions."""
        document = self.document(f"output/exceptions/{day}.json")
        return [row["code"] for row in document["exceptions"]]

    def _call(
        self, *arguments: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return call(self.state, *arguments, **variables)


def quantities(orders: Mapping[str, Any]) -> dict[str, Any]:
    """Ordered quantities by SKU."""
    return {
        line["sku_id"]: line["ordered_quantity"]
        for order in orders.values()
        for line in order["lines"]
    }
