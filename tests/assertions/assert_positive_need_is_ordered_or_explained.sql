-- A SKU that is needed and neither ordered nor named in an exception runs out without
-- anybody knowing; one that is both would be bought although a person was told that it
-- is not, and bought a second time by hand.
with needs as (
    select * from {{ get_where_subquery(ref('fct_net_demand')) }}
    where net_demand > 0
),

order_lines as (
    select * from {{ get_where_subquery(ref('fct_supplier_order_lines')) }}
),

-- The codes that stand for a missing line; the others only comment on one.
explanations as (
    select distinct
        business_date,
        sku_id
    from {{ get_where_subquery(ref('fct_exceptions')) }}
    where
        code in (
            'unknown_sku',
            'discontinued_sku',
            'invalid_pack_size',
            'missing_supplier',
            'unknown_supplier',
            'quantity_overflow'
        )
),

answered as (
    select
        needs.business_date,
        needs.sku_id,
        needs.net_demand,
        order_lines.sku_id is not null as is_ordered,
        explanations.sku_id is not null as is_explained
    from needs
    left join order_lines
        on
            needs.business_date = order_lines.business_date
            and needs.sku_id = order_lines.sku_id
    left join explanations
        on
            needs.business_date = explanations.business_date
            and needs.sku_id = explanations.sku_id
),

neither_or_both as (
    select * from answered
    where is_ordered = is_explained
)

select * from neither_or_both
