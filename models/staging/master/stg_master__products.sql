with rows_of_the_date as (
    {{ master_data('products') }}
),

products as (
    select
        cast(sku_id as varchar) as sku_id,
        cast(name as varchar) as name,
        try_cast(pack_size as decimal(18, 3)) as pack_size,
        cast(unit as varchar) as unit,
        cast(status as varchar) as status
    from rows_of_the_date
)

select * from products
