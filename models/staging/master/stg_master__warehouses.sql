with rows_of_the_date as (
    {{ master_data('warehouses') }}
),

warehouses as (
    select
        cast(warehouse_id as varchar) as warehouse_id,
        cast(name as varchar) as name,
        cast(region as varchar) as region,
        try_cast(capacity as decimal(18, 3)) as capacity
    from rows_of_the_date
)

select * from warehouses
