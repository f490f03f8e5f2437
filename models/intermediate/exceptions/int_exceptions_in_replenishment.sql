with terms as (
    select * from {{ ref('int_replenishment_terms') }}
),

decisions as (
    select * from {{ ref('int_replenishment_decisions') }}
),

spikes as (
    select * from {{ ref('int_demand_spikes') }}
),

safety_stock_mismatches as (
    select
        {{ exception_columns(
            code="'safety_stock_mismatch'",
            sku_id='sku_id',
            quantity='snapshot_safety_stock - rule_safety_stock',
            message="'The rule says ' || " ~ plain_number('rule_safety_stock')
                ~ " || ', the warehouses ' || " ~ plain_number('snapshot_safety_stock')
                ~ " || '; the rule counts'",
        ) }}
    from terms
    where rule_safety_stock <> snapshot_safety_stock
),

negative_rules as (
    {% for name, given in [
        ('safety_stock', 'given_safety_stock'), ('moq', 'given_moq')
    ] %}
    select
        {{ exception_columns(
            code="'negative_rule'",
            sku_id='sku_id',
            quantity=given,
            message="'" ~ name ~ " is ' || " ~ plain_number(given)
                ~ " || ' and counts as 0'",
        ) }}
    from terms
    where {{ given }} < 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

missing_stock_records as (
    select
        {{ exception_columns(
            code="'no_stock_record'",
            sku_id='sku_id',
            quantity='net_demand',
            message="'The SKU is in no stock snapshot; its stock reads as zero'",
        ) }}
    from decisions
    where not has_stock_record
),

missing_rules as (
    select
        {{ exception_columns(
            code="'missing_replenishment_rule'",
            sku_id='sku_id',
            quantity='net_demand',
            message="'The SKU has no replenishment rule; no minimum quantity applies'",
        ) }}
    from decisions
    where not has_replenishment_rule
),

unknown_statuses as (
    select
        {{ exception_columns(
            code="'unknown_status'",
            sku_id='sku_id',
            message="'The status of the product is neither active nor discontinued; "
                ~ "it counts as active'",
        ) }}
    from decisions
    where has_unknown_status
),

refused_needs as (
    select
        {{ exception_columns(
            code='refusal_code',
            sku_id='sku_id',
            supplier_id="case when refusal_code = 'unknown_supplier' then supplier_id end",
            quantity="case refusal_code"
                ~ " when 'missing_supplier' then rounded_quantity"
                ~ " when 'unknown_supplier' then rounded_quantity"
                ~ " when 'quantity_overflow' then null"
                ~ " else net_demand end",
            message="'Nothing was ordered for a need of ' || " ~ plain_number('net_demand')
                ~ " || ': ' || case refusal_code"
                ~ " when 'unknown_sku' then 'the SKU is not among the products'"
                ~ " when 'discontinued_sku' then 'the product is discontinued'"
                ~ " when 'invalid_pack_size' then 'the pack size is not above zero'"
                ~ " when 'missing_supplier' then 'no supplier delivers the SKU'"
                ~ " when 'unknown_supplier' then"
                ~ " 'the chosen supplier is not in the master data, or its id cannot name a file'"
                ~ " else 'the quantity passes what an order can carry' end",
        ) }}
    from decisions
    where refusal_code is not null
),

demand_spikes as (
    select
        {{ exception_columns(
            code="'demand_spike'",
            sku_id='sku_id',
            quantity='demand',
            message="'Demand is far above that of the dates before; it is ordered all the same'",
        ) }}
    from spikes
),

exceptions as (
    select * from safety_stock_mismatches
    union all
    select * from negative_rules
    union all
    select * from missing_stock_records
    union all
    select * from missing_rules
    union all
    select * from unknown_statuses
    union all
    select * from refused_needs
    union all
    select * from demand_spikes
)

select * from exceptions
