"""A night by one hand-written DuckDB script: see script.py."""

from __future__ import annotations

from pathlib import Path

import duckdb
from script import Script, by_header

_HEAD = (
    "store_id: 'varchar', pos_id: 'varchar', order_id: 'varchar', ordered_at: 'varchar'"
)
_LINES = "struct(line_number varchar, sku_id varchar, quantity varchar)[]"

#: Lines whose key no other line has need no ranking, and nearly all are such.
_COUNTED = """
    create temp table counted as
    with repeated as (
        select key from lines group by key having count(*) > 1
    )
    select sku_id, quantity from lines where key not in (from repeated)
    union all
    select sku_id, quantity from lines where key in (from repeated)
    qualify row_number() over (
        partition by store_id, pos_id, order_id, line_number
        order by cast(ordered_at as timestamptz) desc, quantity desc, sku_id desc
    ) = 1
"""

_ORDERS = """
    with demand as (
        select sku_id, sum(quantity) as demand from counted where quantity > 0 group by all
    ),
    kept_stock as (
        from stock qualify row_number() over (
            partition by warehouse_id, sku_id
            order by snapshot_at desc nulls last, available, reserved desc, safety_stock desc nulls last
        ) = 1
    ),
    free as (
        select sku_id, sum(available - reserved) as free, sum(safety_stock) as safety_stock
        from kept_stock group by all
    ),
    needs as (
        select
            sku_id,
            coalesce(demand, 0) as demand,
            greatest(0, coalesce(moq, 0)) as moq,
            greatest(0, coalesce(demand, 0)
                + greatest(0, coalesce(rules.safety_stock, free.safety_stock, 0))
                - coalesce(free, 0)) as net_demand
        from demand full join free using (sku_id) full join rules using (sku_id)
    ),
    chosen as (
        from product_suppliers qualify row_number() over (
            partition by sku_id order by priority nulls last, supplier_id
        ) = 1
    ),
    lines as (
        select
            supplier_id, name, min_order_value, sku_id, demand, net_demand,
            case when unit_price >= 0 then unit_price end as price,
            greatest(net_demand, moq)
                + (pack_size - greatest(net_demand, moq) % pack_size) % pack_size as ordered
        from needs
        join (select * exclude name from products) as products using (sku_id)
        join chosen using (sku_id)
        join suppliers using (supplier_id)
        where net_demand > 0 and pack_size > 0
            and lower(trim(coalesce(status, ''))) <> 'discontinued'
    ),
    priced as (
        select *, cast(ordered * price as decimal(38, 2)) as amount from lines
    )
    select
        supplier_id, name,
        case when count(*) over supplier = count(amount) over supplier
            and sum(amount) over supplier < min_order_value then 'held' else 'released' end,
        sku_id, cast(ordered as double), cast(price as double), cast(amount as double),
        cast(demand as double), cast(net_demand as double)
    from priced
    window supplier as (partition by supplier_id)
    order by supplier_id, sku_id
"""

_MASTER = {
    "products": "sku_id varchar, name varchar, pack_size decimal(18, 3), unit varchar, status varchar",
    "suppliers": "supplier_id varchar, name varchar, lead_time_days integer, currency varchar, "
    "min_order_value decimal(18, 2)",
    "product_suppliers": "sku_id varchar, supplier_id varchar, priority integer, "
    "unit_price decimal(18, 4)",
    "replenishment_rules": "sku_id varchar, moq decimal(18, 3), safety_stock decimal(18, 3)",
}


def main() -> None:
    """Read, compute, write."""
    script = Script()
    database = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    database.execute("set TimeZone = 'UTC'")
    database.execute(f"create temp table lines as {_order_lines(script)}")
    database.execute(f"create temp table stock as {_stock(script)}")
    for table, columns in _MASTER.items():
        database.execute(
            f"create temp table {table.removeprefix('replenishment_')} ({columns})"
        )
        file = script.master / f"{table}.csv"
        database.execute(
            f"copy {table.removeprefix('replenishment_')} from '{file}' (header)"
        )
    script.stage("read")
    database.execute(_COUNTED)
    lines = database.execute(_ORDERS).fetchall()
    script.stage("compute")
    script.write(lines)


def _order_lines(script: Script) -> str:
    parts = [
        f"""select store_id, pos_id, order_id, ordered_at, line.line_number, line.sku_id, line.quantity
        from (select *, unnest(lines) as line from read_json({files},
            format = '{form}', columns = {{{_HEAD}, lines: '{_LINES}'}}))"""
        for form, files in (
            ("newline_delimited", script.named(".jsonl", ".ndjson")),
            ("array", script.named(".json")),
        )
        if files
    ]
    parts += _csv(script.named(".csv"))
    return f"""
        select store_id, pos_id, order_id, cast(line_number as integer) as line_number,
            hash(store_id, pos_id, order_id, cast(line_number as integer)) as key,
            ordered_at, sku_id, try_cast(quantity as decimal(18, 3)) as quantity
        from ({" union all by name ".join(parts)})
        where try_cast(quantity as decimal(18, 3)) is not null
    """


def _stock(script: Script) -> str:
    return f"""
        select warehouse_id, sku_id, cast(snapshot_at as timestamptz) as snapshot_at,
            cast(available as decimal(18, 3)) as available,
            coalesce(cast(reserved as decimal(18, 3)), 0) as reserved,
            cast(null as decimal(18, 3)) as safety_stock
        from ({" union all by name ".join(_csv(script.stock))})
    """


def _csv(files: list[Path] | list[str]) -> list[str]:
    return [
        f"from read_csv({its_files}, delim = '{delimiter}', quote = '\"', header = true,"
        f" auto_detect = false, columns = {dict.fromkeys(columns, 'varchar')})"
        for (delimiter, *columns), its_files in by_header(files).items()
    ]


if __name__ == "__main__":
    main()
