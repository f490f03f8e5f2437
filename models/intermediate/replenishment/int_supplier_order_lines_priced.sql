with decisions as (
    select * from {{ ref('int_replenishment_decisions') }}
    where refusal_code is null
),

priced as (
    select
        *,
        cast(
            'PO-{{ run_date() | replace("-", "") }}-' || supplier_id as varchar
        ) as order_id,
        cast(rounded_quantity * unit_price as decimal(38, 2)) as line_amount
    from decisions
)

select * from priced
