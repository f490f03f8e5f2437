-- A line for a SKU that nobody needs buys stock that lies there; a minimum order or a
-- pack must never be the reason to order.
with order_lines as (
    select * from {{ get_where_subquery(ref('fct_supplier_order_lines')) }}
),

needs as (
    select * from {{ get_where_subquery(ref('fct_net_demand')) }}
    where net_demand > 0
),

unneeded as (
    select
        order_lines.business_date,
        order_lines.sku_id,
        order_lines.ordered_quantity,
        order_lines.net_demand as net_demand_of_line,
        needs.net_demand
    from order_lines
    left join needs
        on
            order_lines.business_date = needs.business_date
            and order_lines.sku_id = needs.sku_id
    where order_lines.net_demand is distinct from needs.net_demand
)

select * from unneeded
