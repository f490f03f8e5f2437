{{ config(materialized='incremental', contract={'enforced': true}) }}

with stock_snapshots as (
    select * from {{ ref('stg_warehouse__stock_snapshots') }}
),

-- Among snapshots of one instant the most careful one counts: the least available,
-- then the most reserved, then the highest safety stock.
ranked as (
    select
        business_date,
        warehouse_id,
        sku_id,
        snapshot_at,
        available,
        coalesce(reserved, 0) as reserved,
        safety_stock,
        rank() over (
            partition by warehouse_id, sku_id order by snapshot_at desc nulls last
        ) as recency,
        row_number() over (
            partition by warehouse_id, sku_id
            order by
                snapshot_at desc nulls last,
                available asc,
                coalesce(reserved, 0) desc,
                safety_stock desc nulls last,
                file_path asc
        ) as copy_rank
    from stock_snapshots
),

deduplicated as (
    select
        business_date,
        warehouse_id,
        sku_id,
        max(case when copy_rank = 1 then snapshot_at end) as snapshot_at,
        max(case when copy_rank = 1 then available end) as available,
        max(case when copy_rank = 1 then reserved end) as reserved,
        max(case when copy_rank = 1 then safety_stock end) as safety_stock,
        cast(count(*) as bigint) as copies,
        -- Only those tied on the latest instant are in conflict: an earlier
        -- snapshot is meant to differ.
        min(available) <> max(available)
        or min(reserved) <> max(reserved)
        or count(safety_stock) not in (0, count(*))
        or coalesce(min(safety_stock) <> max(safety_stock), false) as is_conflicting
    from ranked
    where recency = 1
    group by business_date, warehouse_id, sku_id
)

select * from deduplicated
