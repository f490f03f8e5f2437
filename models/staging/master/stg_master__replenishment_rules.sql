with rows_of_the_date as (
    {{ master_data('replenishment_rules') }}
),

replenishment_rules as (
    select
        cast(sku_id as varchar) as sku_id,
        try_cast(moq as decimal(18, 3)) as moq,
        try_cast(safety_stock as decimal(18, 3)) as safety_stock
    from rows_of_the_date
)

select * from replenishment_rules
