with raw_stock as (
    {{ rows_of_run_date(source('warehouse', 'stock_csv')) }}
),

stock_snapshots as (
    select
        cast(business_date as date) as business_date,
        cast(warehouse_id as varchar) as warehouse_id,
        cast(sku_id as varchar) as sku_id,
        {{ utc_timestamp("nullif(snapshot_at, '')") }} as snapshot_at,
        cast(available as decimal(18, 3)) as available,
        cast(nullif(reserved, '') as decimal(18, 3)) as reserved,
        cast(nullif(safety_stock, '') as decimal(18, 3)) as safety_stock,
        cast(file_path as varchar) as file_path
    from raw_stock
)

select * from stock_snapshots
