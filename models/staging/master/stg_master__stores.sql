with rows_of_the_date as (
    {{ master_data('stores') }}
),

stores as (
    select
        cast(store_id as varchar) as store_id,
        cast(name as varchar) as name,
        cast(region as varchar) as region
    from rows_of_the_date
)

select * from stores
