with stock_snapshots as (
    select * from {{ ref('int_stock_snapshots_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

-- As one list: there are as many SKUs in it as the warehouse has articles.
snapshots as (
    select
        warehouse_id,
        array_agg(sku_id order by sku_id) as sku_ids
    from stock_snapshots
    group by warehouse_id
)

select * from snapshots
