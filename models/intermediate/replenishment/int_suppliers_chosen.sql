with product_suppliers as (
    select * from {{ ref('stg_master__product_suppliers') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by sku_id order by priority asc nulls last, supplier_id asc
        ) as preference
    from product_suppliers
),

chosen as (
    select
        sku_id,
        supplier_id,
        -- A negative price is a mistake, not a credit.
        case when unit_price >= 0 then unit_price end as unit_price
    from ranked
    where preference = 1
)

select * from chosen
