{#- Part of the SQL that reads it; nothing of it leaves as a file of its own. -#}
{{ config(materialized='ephemeral') }}

with order_lines as (
    select * from {{ ref('fct_supplier_order_lines') }}
    where business_date = {{ run_date_literal() }}
),

supplier_orders as (
    select * from {{ ref('fct_supplier_orders') }}
    where business_date = {{ run_date_literal() }}
),

summed_lines as (
    select
        order_id,
        count(*) as row_count,
        sum(ordered_quantity) as quantity,
        sum(line_amount) as amount
    from order_lines
    group by order_id
),

-- An order without lines, or lines without an order, have to be seen as well.
orders as (
    select
        cast(
            coalesce(supplier_orders.order_id, summed_lines.order_id) as varchar
        ) as order_id,
        cast(supplier_orders.status as varchar) as status,
        cast(coalesce(summed_lines.row_count, 0) as bigint) as row_count,
        cast(summed_lines.quantity as decimal(38, 3)) as quantity,
        cast(summed_lines.amount as decimal(38, 2)) as amount,
        cast(supplier_orders.total_amount as decimal(38, 2)) as total_amount
    from supplier_orders
    full join summed_lines on supplier_orders.order_id = summed_lines.order_id
)

select * from orders
