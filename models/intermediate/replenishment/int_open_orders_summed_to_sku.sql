with open_order_lines as (
    select * from {{ ref('int_open_order_lines') }}
),

summed as (
    select
        {{ run_date_literal() }} as business_date,
        sku_id,
        cast(sum(ordered_quantity) as decimal(38, 3)) as open_quantity
    from open_order_lines
    group by sku_id
)

select * from summed
