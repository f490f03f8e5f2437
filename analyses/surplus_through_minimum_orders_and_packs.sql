-- Which SKUs buy the most that nobody needs yet, and is it the minimum order or the
-- pack that does it? Over the last 28 days before the latest date; largest value first.
with order_lines as (
    select * from {{ ref('fct_supplier_order_lines') }}
),

last_date as (
    select max(business_date) as business_date from order_lines
),

surplus_by_sku as (
    select
        order_lines.sku_id,
        max(order_lines.name) as name,
        count(*) as times_ordered,
        sum(order_lines.ordered_quantity) as ordered_quantity,
        sum(order_lines.quantity_after_moq - order_lines.net_demand)
            as surplus_through_minimum_order,
        sum(order_lines.ordered_quantity - order_lines.quantity_after_moq)
            as surplus_through_packs,
        -- In the supplier's currency; lines without a price add nothing.
        cast(
            sum(order_lines.surplus * order_lines.unit_price) as decimal(38, 2)
        ) as surplus_amount
    from order_lines
    cross join last_date
    where order_lines.business_date > last_date.business_date - interval '28' day
    group by order_lines.sku_id
    having sum(order_lines.surplus) > 0
)

select * from surplus_by_sku
order by surplus_amount desc nulls last, sku_id asc
limit 50
