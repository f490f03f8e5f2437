with demand as (
    select * from {{ ref('int_order_lines_summed_to_sku') }}
),

stock as (
    select * from {{ ref('int_stock_netted_to_sku') }}
),

rules as (
    select * from {{ ref('stg_master__replenishment_rules') }}
),

open_orders as (
    select * from {{ ref('int_open_orders_summed_to_sku') }}
),

-- Every SKU seen, in whichever list: one that nobody bought today still has to be
-- refilled, and one without a rule must not vanish.
demand_and_stock as (
    select
        coalesce(demand.sku_id, stock.sku_id) as sku_id,
        demand.demand,
        demand.returned,
        stock.available,
        stock.reserved,
        stock.safety_stock,
        stock.sku_id is not null as has_stock_record
    from demand
    full join stock on demand.sku_id = stock.sku_id
),

with_rules as (
    select
        coalesce(demand_and_stock.sku_id, rules.sku_id) as sku_id,
        demand_and_stock.demand,
        demand_and_stock.returned,
        demand_and_stock.available,
        demand_and_stock.reserved,
        rules.safety_stock as rule_safety_stock,
        demand_and_stock.safety_stock as snapshot_safety_stock,
        coalesce(rules.safety_stock, demand_and_stock.safety_stock, 0)
            as given_safety_stock,
        coalesce(rules.moq, 0) as given_moq,
        coalesce(demand_and_stock.has_stock_record, false) as has_stock_record,
        rules.sku_id is not null as has_replenishment_rule
    from demand_and_stock
    full join rules on demand_and_stock.sku_id = rules.sku_id
),

terms as (
    select
        {{ run_date_literal() }} as business_date,
        with_rules.sku_id,
        cast(coalesce(demand, 0) as decimal(38, 3)) as demand,
        cast(coalesce(returned, 0) as decimal(38, 3)) as returned,
        cast(coalesce(available, 0) as decimal(38, 3)) as available,
        cast(coalesce(reserved, 0) as decimal(38, 3)) as reserved,
        cast(rule_safety_stock as decimal(38, 3)) as rule_safety_stock,
        cast(snapshot_safety_stock as decimal(38, 3)) as snapshot_safety_stock,
        cast(given_safety_stock as decimal(38, 3)) as given_safety_stock,
        -- A negative rule would shrink an order below what customers asked for.
        cast(greatest(given_safety_stock, 0) as decimal(38, 3)) as safety_stock,
        cast(given_moq as decimal(38, 3)) as given_moq,
        cast(greatest(given_moq, 0) as decimal(38, 3)) as moq,
        cast(coalesce(open_quantity, 0) as decimal(38, 3)) as open_quantity,
        cast(
            {% if boolean_variable('net_open_orders') %}coalesce(open_quantity, 0)
            {%- else %}0{% endif %} as decimal(38, 3)
        ) as on_order,
        has_stock_record,
        has_replenishment_rule
    from with_rules
    left join open_orders on with_rules.sku_id = open_orders.sku_id
)

select * from terms
