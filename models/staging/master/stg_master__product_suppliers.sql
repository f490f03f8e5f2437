with product_suppliers as (
    select
        cast(sku_id as varchar) as sku_id,
        cast(supplier_id as varchar) as supplier_id,
        cast(priority as integer) as priority,
        cast(unit_price as decimal(18, 4)) as unit_price
    from {{ source('master', 'product_suppliers') }}
)

select * from product_suppliers
