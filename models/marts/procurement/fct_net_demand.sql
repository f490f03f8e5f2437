with terms as (
    select * from {{ ref('int_replenishment_terms') }}
),

net_demand as (
    select
        sku_id,
        demand,
        safety_stock,
        available,
        reserved,
        on_order,
        moq,
        open_quantity,
        has_stock_record,
        has_replenishment_rule,
        cast(
            greatest(0, demand + safety_stock - (available - reserved) - on_order)
            as decimal(38, 3)
        ) as net_demand,
        business_date
    from terms
)

select * from net_demand
