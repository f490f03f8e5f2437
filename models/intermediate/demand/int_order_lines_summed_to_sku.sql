with order_lines as (
    select * from {{ ref('int_order_lines_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

summed as (
    select
        business_date,
        sku_id,
        cast(sum(quantity) as decimal(38, 3)) as demand
    from order_lines
    group by business_date, sku_id
)

select * from summed
