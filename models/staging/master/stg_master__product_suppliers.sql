with rows_of_the_date as (
    {{ master_data('product_suppliers') }}
),

product_suppliers as (
    select
        cast(sku_id as varchar) as sku_id,
        cast(supplier_id as varchar) as supplier_id,
        try_cast(priority as integer) as priority,
        try_cast(unit_price as decimal(18, 4)) as unit_price
    from rows_of_the_date
)

select * from product_suppliers
