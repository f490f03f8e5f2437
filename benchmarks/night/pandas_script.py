"""A night by hand in pandas, JSON by orjson and CSV by Arrow: see script.py."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from script import KEY, TABLES, Script, by_header, opened


def main() -> None:
    """Read, compute, write."""
    script = Script()
    lines, stock = _order_lines(script), pd.concat(_csv(script.stock))
    master = {
        name: pd.read_csv(script.master / f"{name}.csv", dtype=str, engine="pyarrow")
        for name in TABLES
    }
    script.stage("read")
    orders = _orders(_demand(lines), _stock(stock), master)
    script.stage("compute")
    script.write(orders.itertuples(index=False, name=None))


def _order_lines(script: Script) -> pd.DataFrame:
    """All order lines; quantities in thousandths."""
    rows: list[tuple[Any, ...]] = []
    for file in script.named(".jsonl", ".ndjson"):
        with opened(file) as stream:
            _add(rows, map(orjson.loads, stream))
    for file in script.named(".json"):
        with opened(file) as stream:
            _add(rows, orjson.loads(stream.read()))
    columns = [*KEY, "ordered_at", "sku_id", "quantity"]
    json_lines = pd.DataFrame(rows, columns=columns)
    csv_lines = [part.reindex(columns=columns) for part in _csv(script.named(".csv"))]
    for part in csv_lines:
        part["line_number"] = part["line_number"].astype("int64")
    lines = pd.concat([json_lines, *csv_lines], ignore_index=True)
    lines["quantity"] = _thousandths(lines["quantity"])
    return lines.dropna(subset="quantity")


def _add(rows: list[tuple[Any, ...]], orders: Any) -> None:
    for order in orders:
        head = (order["store_id"], order["pos_id"], order["order_id"])
        at = order["ordered_at"]
        rows.extend(
            (*head, line["line_number"], at, line["sku_id"], line["quantity"])
            for line in order["lines"]
        )


def _csv(files: list[str] | list[Path]) -> list[pd.DataFrame]:
    parts = []
    for (delimiter, *columns), its_files in by_header(files).items():
        for file in its_files:
            with opened(file) as stream:
                part = pd.read_csv(
                    io.BytesIO(stream.read()),
                    sep=delimiter,
                    engine="pyarrow",
                    dtype=dict.fromkeys(columns, str),
                )
            parts.append(part)
    return parts


def _thousandths(texts: pd.Series) -> pd.Series:
    return (pd.to_numeric(texts, errors="coerce") * 1000).round()


def _demand(lines: pd.DataFrame) -> pd.Series:
    """Lines whose key no other line has need no ranking, and nearly all are such."""
    is_repeated = lines.duplicated(KEY, keep=False)
    repeated = lines[is_repeated].copy()
    repeated["ordered_at"] = pd.to_datetime(
        repeated["ordered_at"], format="ISO8601", utc=True
    )
    ranked = repeated.sort_values(["ordered_at", "quantity", "sku_id"]).drop_duplicates(
        KEY, keep="last"
    )
    counted = pd.concat([lines[~is_repeated], ranked])[["sku_id", "quantity"]]
    return counted[counted["quantity"] > 0].groupby("sku_id")["quantity"].sum()


def _stock(stock: pd.DataFrame) -> pd.Series:
    """Free stock by SKU, in thousandths."""
    for column in ("available", "reserved"):
        stock[column] = _thousandths(stock[column]).fillna(0)
    stock["snapshot_at"] = pd.to_datetime(
        stock["snapshot_at"], format="ISO8601", utc=True
    )
    kept = stock.sort_values(
        ["snapshot_at", "available", "reserved"],
        ascending=[True, False, True],
        na_position="first",
    ).drop_duplicates(["warehouse_id", "sku_id"], keep="last")
    return (kept["available"] - kept["reserved"]).groupby(kept["sku_id"]).sum()


def _orders(
    demand: pd.Series, stock: pd.Series, master: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    rules = master["replenishment_rules"].set_index("sku_id")
    needs = pd.DataFrame(
        {
            "demand": demand,
            "free": stock,
            "moq": _thousandths(rules["moq"]).clip(lower=0),
            "safety_stock": _thousandths(rules["safety_stock"]).clip(lower=0),
        }
    ).fillna(0)
    needs["net_demand"] = needs["demand"] + needs["safety_stock"] - needs["free"]
    needs = needs[needs["net_demand"] > 0].rename_axis("sku_id").reset_index()
    products = master["products"].drop(columns="name")
    products["pack_size"] = _thousandths(products["pack_size"])
    status = products["status"].fillna("").str.strip().str.lower()
    products = products[(products["pack_size"] > 0) & (status != "discontinued")]
    choices = master["product_suppliers"]
    choices["priority"] = pd.to_numeric(choices["priority"])
    chosen = choices.sort_values(["priority", "supplier_id"]).drop_duplicates("sku_id")
    lines = (
        needs.merge(products, on="sku_id")
        .merge(chosen, on="sku_id")
        .merge(master["suppliers"], on="supplier_id")
        .sort_values(["supplier_id", "sku_id"])
    )
    least = lines[["net_demand", "moq"]].max(axis=1).astype("int64")
    pack = lines["pack_size"].astype("int64")
    lines["ordered"] = least + (pack - least % pack) % pack
    price = (pd.to_numeric(lines["unit_price"]) * 10_000).round().astype("int64")
    # Tens of millionths, half up to hundredths.
    lines["amount"] = (lines["ordered"] * price + 50_000) // 100_000
    total = lines.groupby("supplier_id")["amount"].transform("sum")
    minimum = pd.to_numeric(lines["min_order_value"]) * 100
    lines["status"] = (total < minimum).map({True: "held", False: "released"})
    lines["unit_price"] = price / 10_000
    lines["amount"] /= 100
    thousandths = ["ordered", "demand", "net_demand"]
    lines[thousandths] = lines[thousandths] / 1000
    return lines[
        [
            "supplier_id",
            "name",
            "status",
            "sku_id",
            "ordered",
            "unit_price",
            "amount",
            "demand",
            "net_demand",
        ]
    ]


if __name__ == "__main__":
    main()
