with rows_of_the_date as (
    {{ master_data('suppliers') }}
),

suppliers as (
    select
        cast(supplier_id as varchar) as supplier_id,
        cast(name as varchar) as name,
        try_cast(lead_time_days as integer) as lead_time_days,
        cast(currency as varchar) as currency,
        try_cast(min_order_value as decimal(18, 2)) as min_order_value
    from rows_of_the_date
)

select * from suppliers
