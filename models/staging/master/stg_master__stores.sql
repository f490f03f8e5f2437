with stores as (
    select
        cast(store_id as varchar) as store_id,
        cast(name as varchar) as name,
        cast(region as varchar) as region
    from {{ source('master', 'stores') }}
)

select * from stores
