with stock_snapshots as (
    select * from {{ ref('int_stock_snapshots_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

-- A warehouse that sent nothing is missing, which is said elsewhere.
last_published as (
    select * from {{ ref('int_snapshots_last_published') }}
    where warehouse_id in (select warehouse_id from stock_snapshots)
),

former_skus as (
    select
        last_published.warehouse_id,
        last_published.used_date,
        skus.sku_id
    from last_published
    cross join unnest(last_published.sku_ids) as skus (sku_id)
),

compared as (
    select
        former_skus.warehouse_id,
        former_skus.used_date,
        cast(count(*) as bigint) as former_skus,
        cast(count(stock_snapshots.sku_id) as bigint) as named_skus
    from former_skus
    left join stock_snapshots
        on
            former_skus.warehouse_id = stock_snapshots.warehouse_id
            and former_skus.sku_id = stock_snapshots.sku_id
    group by former_skus.warehouse_id, former_skus.used_date
)

select * from compared
