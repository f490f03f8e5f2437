-- The head of an order is what is compared with the supplier's minimum and later with
-- the invoice. It has to say what the lines say: an order without lines, lines without
-- an order, another count or total, or a number left out cannot be checked.
with order_lines as (
    select * from {{ get_where_subquery(ref('fct_supplier_order_lines')) }}
),

supplier_orders as (
    select * from {{ get_where_subquery(ref('fct_supplier_orders')) }}
),

summed as (
    select
        order_id,
        count(*) as line_count,
        count(distinct line_number) as line_numbers,
        max(line_number) as last_line_number,
        case when count(line_amount) = count(*) then sum(line_amount) end
            as total_amount
    from order_lines
    group by order_id
),

different as (
    select
        coalesce(supplier_orders.order_id, summed.order_id) as order_id,
        supplier_orders.line_count,
        summed.line_count as line_count_of_lines,
        summed.line_numbers,
        summed.last_line_number,
        supplier_orders.total_amount,
        summed.total_amount as total_amount_of_lines
    from supplier_orders
    full join summed on supplier_orders.order_id = summed.order_id
    where
        supplier_orders.line_count is distinct from summed.line_count
        or supplier_orders.line_count is distinct from summed.line_numbers
        or supplier_orders.line_count is distinct from summed.last_line_number
        or supplier_orders.total_amount is distinct from summed.total_amount
)

select * from different
