with stock_snapshots as (
    select * from {{ ref('int_stock_snapshots_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

netted as (
    select
        business_date,
        sku_id,
        cast(sum(available) as decimal(38, 3)) as available,
        cast(sum(reserved) as decimal(38, 3)) as reserved,
        cast(sum(safety_stock) as decimal(38, 3)) as safety_stock
    from stock_snapshots
    group by business_date, sku_id
)

select * from netted
