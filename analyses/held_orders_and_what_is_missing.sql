-- Which orders wait for a person because they are below the supplier's minimum, and how
-- much more would have to be ordered to send them? Nearest to the minimum first: those
-- are the ones that another pack or a day's patience releases. Orders that are held for
-- a code of their lines alone miss nothing and are left out.
with supplier_orders as (
    select * from {{ ref('fct_supplier_orders') }}
),

last_date as (
    select max(business_date) as business_date from supplier_orders
),

held as (
    select
        supplier_orders.business_date,
        supplier_orders.supplier_id,
        supplier_orders.supplier_name,
        supplier_orders.currency,
        supplier_orders.line_count,
        supplier_orders.total_amount,
        supplier_orders.min_order_value,
        supplier_orders.min_order_value - supplier_orders.total_amount as missing_amount
    from supplier_orders
    inner join last_date on supplier_orders.business_date = last_date.business_date
    where supplier_orders.total_amount < supplier_orders.min_order_value
)

select * from held
order by total_amount / min_order_value desc, supplier_id asc
