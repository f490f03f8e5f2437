with warehouses as (
    select
        cast(warehouse_id as varchar) as warehouse_id,
        cast(name as varchar) as name,
        cast(region as varchar) as region,
        cast(capacity as decimal(18, 3)) as capacity
    from {{ source('master', 'warehouses') }}
)

select * from warehouses
