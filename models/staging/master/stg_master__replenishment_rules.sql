with replenishment_rules as (
    select
        cast(sku_id as varchar) as sku_id,
        cast(moq as decimal(18, 3)) as moq,
        cast(safety_stock as decimal(18, 3)) as safety_stock
    from {{ source('master', 'replenishment_rules') }}
)

select * from replenishment_rules
