with suppliers as (
    select
        cast(supplier_id as varchar) as supplier_id,
        cast(name as varchar) as name,
        cast(lead_time_days as integer) as lead_time_days,
        cast(currency as varchar) as currency,
        cast(min_order_value as decimal(18, 2)) as min_order_value
    from {{ source('master', 'suppliers') }}
)

select * from suppliers
