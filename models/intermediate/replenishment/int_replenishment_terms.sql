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

-- Starts from every SKU seen, not from one list: a SKU nobody bought today still has
-- to be refilled, and one without a rule must not vanish.
skus as (
    select sku_id from demand
    union
    select sku_id from stock
    union
    select sku_id from rules
),

terms as (
    select
        skus.sku_id,
        rules.moq as rule_moq,
        rules.safety_stock as rule_safety_stock,
        stock.safety_stock as snapshot_safety_stock,
        coalesce(demand.demand, 0) as demand,
        coalesce(stock.available, 0) as available,
        coalesce(stock.reserved, 0) as reserved,
        coalesce(rules.safety_stock, stock.safety_stock, 0) as given_safety_stock,
        coalesce(rules.moq, 0) as given_moq,
        coalesce(open_orders.open_quantity, 0) as open_quantity,
        stock.sku_id is not null as has_stock_record,
        rules.sku_id is not null as has_replenishment_rule
    from skus
    left join demand on skus.sku_id = demand.sku_id
    left join stock on skus.sku_id = stock.sku_id
    left join rules on skus.sku_id = rules.sku_id
    left join open_orders on skus.sku_id = open_orders.sku_id
),

replenishment_terms as (
    select
        {{ run_date_literal() }} as business_date,
        sku_id,
        cast(demand as decimal(38, 3)) as demand,
        cast(available as decimal(38, 3)) as available,
        cast(reserved as decimal(38, 3)) as reserved,
        cast(rule_safety_stock as decimal(38, 3)) as rule_safety_stock,
        cast(snapshot_safety_stock as decimal(38, 3)) as snapshot_safety_stock,
        cast(given_safety_stock as decimal(38, 3)) as given_safety_stock,
        -- A negative rule would shrink an order below what customers asked for.
        cast(greatest(given_safety_stock, 0) as decimal(38, 3)) as safety_stock,
        cast(given_moq as decimal(38, 3)) as given_moq,
        cast(greatest(given_moq, 0) as decimal(38, 3)) as moq,
        cast(open_quantity as decimal(38, 3)) as open_quantity,
        cast(
            {% if boolean_variable('net_open_orders') %}open_quantity{% else %}0{% endif %}
            as decimal(38, 3)
        ) as on_order,
        has_stock_record,
        has_replenishment_rule
    from terms
)

select * from replenishment_terms
