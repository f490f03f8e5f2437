-- The stock of a warehouse that sent nothing reads as zero, and everything it holds
-- would be bought again. Only allow_missing_warehouses, which a person turns on for a
-- date, lets such a date through.
with warehouses as (
    select * from {{ ref('stg_master__warehouses') }}
),

stock_snapshots as (
    select distinct warehouse_id from {{ ref('stg_warehouse__stock_snapshots') }}
),

missing as (
    select
        warehouses.warehouse_id,
        warehouses.name
    from warehouses
    left join stock_snapshots
        on warehouses.warehouse_id = stock_snapshots.warehouse_id
    where
        stock_snapshots.warehouse_id is null
        and not {{ boolean_variable('allow_missing_warehouses') | lower }}
)

select * from missing
