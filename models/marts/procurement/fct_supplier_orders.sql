with totals as (
    select * from {{ ref('int_supplier_orders_totalled') }}
),

order_lines as (
    select * from {{ ref('fct_supplier_order_lines') }}
    where business_date = {{ run_date_literal() }}
),

holding_exceptions as (
    select * from {{ ref('fct_exceptions') }}
    where
        business_date = {{ run_date_literal() }}
        and code in ({{ list_variable('hold_codes') | join(', ') }})
),

flagged_orders as (
    select distinct order_lines.order_id
    from order_lines
    inner join holding_exceptions on order_lines.sku_id = holding_exceptions.sku_id
),

supplier_orders as (
    select
        totals.order_id,
        totals.supplier_id,
        totals.supplier_name,
        totals.lead_time_days,
        totals.currency,
        totals.requested_delivery_date,
        cast(
            case
                when totals.is_below_minimum or flagged_orders.order_id is not null
                    then 'held'
                else 'released'
            end as varchar
        ) as status,
        totals.line_count,
        totals.total_amount,
        totals.min_order_value,
        totals.business_date,
        flagged_orders.order_id is not null as is_held_by_code
    from totals
    left join flagged_orders on totals.order_id = flagged_orders.order_id
)

select * from supplier_orders
