with net_demand as (
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
        net_demand,
        business_date,
        returned
    from {{ ref('int_needs_netted') }}
)

select * from net_demand
