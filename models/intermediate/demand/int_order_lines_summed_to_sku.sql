with order_lines as (
    select * from {{ ref('int_order_lines_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

-- A line of 0 takes back what was ordered; one below 0 is a return, whose goods stand
-- in the warehouse's snapshot once they lie on its shelf.
summed as (
    select
        business_date,
        sku_id,
        cast(sum(case when quantity > 0 then quantity else 0 end) as decimal(38, 3))
            as demand,
        cast(sum(case when quantity < 0 then quantity else 0 end) as decimal(38, 3))
            as returned
    from order_lines
    group by business_date, sku_id
)

select * from summed
