with published_order_lines as (
    select * from {{ ref('stg_publication__order_lines') }}
),

-- What is due on the run date counts as received.
open_order_lines as (
    select * from published_order_lines
    where requested_delivery_date > {{ run_date_literal() }}
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
