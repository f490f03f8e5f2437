"""A night by hand in Polars: see script.py."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from script import KEY, TABLES, Script, by_header, opened

_LINE = pl.Struct({"line_number": pl.Int64, "sku_id": pl.String, "quantity": pl.String})
_ORDER = {
    "order_id": pl.String,
    "store_id": pl.String,
    "pos_id": pl.String,
    "ordered_at": pl.String,
    "lines": pl.List(_LINE),
}


def main() -> None:
    """Read, compute, write."""
    script = Script()
    lines, stock = _order_lines(script), pl.concat(_csv(script.stock), how="diagonal")
    master = {
        name: pl.scan_csv(script.master / f"{name}.csv", infer_schema=False)
        for name in TABLES
    }
    script.stage("read")
    orders = _orders(_demand(lines), _stock(stock), master)
    script.stage("compute")
    script.write(orders.iter_rows())


def _order_lines(script: Script) -> pl.DataFrame:
    orders = [pl.scan_ndjson(script.named(".jsonl", ".ndjson"), schema=_ORDER)]
    for file in script.named(".json"):
        with opened(file) as stream:
            orders.append(pl.read_json(stream.read(), schema=_ORDER).lazy())
    json_lines = pl.concat(orders).explode("lines").unnest("lines")
    csv_lines = _csv(script.named(".csv"), pl.col("line_number").cast(pl.Int64))
    return (
        pl.concat([json_lines, *csv_lines], how="diagonal")
        .with_columns(_number("quantity", strict=False))
        .drop_nulls("quantity")
        .select(*KEY, "ordered_at", "sku_id", "quantity")
        .collect()
    )


def _csv(files: list[str] | list[Path], *casts: pl.Expr) -> list[pl.LazyFrame]:
    return [
        pl.scan_csv(its_files, separator=header[0], infer_schema=False).with_columns(
            *casts
        )
        for header, its_files in by_header(files).items()
    ]


def _number(column: str, scale: int = 3, *, strict: bool = True) -> pl.Expr:
    return pl.col(column).cast(pl.Decimal(38, scale), strict=strict)


def _demand(lines: pl.DataFrame) -> pl.LazyFrame:
    """Lines whose key no other line has need no ranking, and nearly all are such."""
    is_repeated = lines.select(pl.struct(KEY).is_duplicated()).to_series()
    at = pl.col("ordered_at").str.replace(" ", "T", literal=True)
    with_offset = (
        pl.when(at.str.contains(r"(Z|[+-]\d\d:\d\d)$")).then(at).otherwise(at + "Z")
    )
    ranked = (
        lines.filter(is_repeated)
        .with_columns(with_offset.str.to_datetime("%+"))
        .sort("ordered_at", "quantity", "sku_id", descending=True)
        .unique(KEY, keep="first", maintain_order=True)
    )
    columns = ["sku_id", "quantity"]
    counted = pl.concat(
        [lines.filter(~is_repeated).select(columns), ranked.select(columns)]
    )
    return (
        counted.lazy()
        .filter(pl.col("quantity") > 0)
        .group_by("sku_id")
        .agg(pl.col("quantity").sum().alias("demand"))
    )


def _stock(stock: pl.LazyFrame) -> pl.LazyFrame:
    return (
        stock.with_columns(
            _number("available"),
            _number("reserved").fill_null(0),
            pl.col("snapshot_at").str.to_datetime("%+"),
        )
        .sort(
            "snapshot_at",
            "available",
            "reserved",
            descending=[True, False, True],
            nulls_last=True,
        )
        .unique(["warehouse_id", "sku_id"], keep="first", maintain_order=True)
        .group_by("sku_id")
        .agg((pl.col("available") - pl.col("reserved")).sum().alias("free"))
    )


def _orders(
    demand: pl.LazyFrame, stock: pl.LazyFrame, master: dict[str, pl.LazyFrame]
) -> pl.DataFrame:
    rules = master["replenishment_rules"].select(
        "sku_id",
        *(
            _number(name).fill_null(0).clip(lower_bound=0)
            for name in ("moq", "safety_stock")
        ),
    )
    needs = (
        demand.join(stock, on="sku_id", how="full", coalesce=True)
        .join(rules, on="sku_id", how="full", coalesce=True)
        .with_columns(pl.col("demand", "free", "moq", "safety_stock").fill_null(0))
        .with_columns(
            net_demand=pl.col("demand") + pl.col("safety_stock") - pl.col("free")
        )
        .filter(pl.col("net_demand") > 0)
    )
    products = (
        master["products"]
        .select("sku_id", "status", _number("pack_size"))
        .filter(
            pl.col("pack_size") > 0,
            pl.col("status").fill_null("").str.strip_chars().str.to_lowercase()
            != "discontinued",
        )
    )
    chosen = (
        master["product_suppliers"]
        .with_columns(pl.col("priority").cast(pl.Int64), _number("unit_price", 4))
        .sort("priority", "supplier_id", nulls_last=True)
        .unique("sku_id", keep="first", maintain_order=True)
    )
    suppliers = master["suppliers"].with_columns(_number("min_order_value", 2))
    # In whole thousandths: Polars has no remainder of decimals.
    least, pack = (
        (pl.max_horizontal("net_demand", "moq") * 1000).cast(pl.Int64),
        (pl.col("pack_size") * 1000).cast(pl.Int64),
    )
    ordered = least + (pack - least % pack) % pack
    return (
        needs.join(products, on="sku_id")
        .join(chosen, on="sku_id")
        .join(suppliers, on="supplier_id")
        .with_columns(ordered=ordered)
        # Tens of millionths, half up to hundredths.
        .with_columns(
            amount=(
                pl.col("ordered") * (pl.col("unit_price") * 10_000).cast(pl.Int64)
                + 50_000
            )
            // 100_000
        )
        .with_columns(
            status=pl.when(
                pl.col("amount").sum().over("supplier_id")
                < (pl.col("min_order_value") * 100).cast(pl.Int64).over("supplier_id")
            )
            .then(pl.lit("held"))
            .otherwise(pl.lit("released"))
        )
        .sort("supplier_id", "sku_id")
        .select(
            "supplier_id",
            "name",
            "status",
            "sku_id",
            pl.col("ordered") / 1000,
            pl.col("unit_price").cast(pl.Float64),
            pl.col("amount") / 100,
            pl.col("demand", "net_demand").cast(pl.Float64),
        )
        .collect()
    )


if __name__ == "__main__":
    main()
