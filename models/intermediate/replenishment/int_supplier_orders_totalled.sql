with order_lines as (
    select * from {{ ref('int_supplier_order_lines_priced') }}
),

suppliers as (
    select * from {{ ref('stg_master__suppliers') }}
),

-- A total with an unknown part is unknown, not the sum of the rest.
summed as (
    select
        business_date,
        order_id,
        supplier_id,
        cast(count(*) as bigint) as line_count,
        cast(
            case when count(line_amount) = count(*) then sum(line_amount) end
            as decimal(38, 2)
        ) as total_amount
    from order_lines
    group by business_date, order_id, supplier_id
),

-- No calendar of ours reaches past the year 9999; neither does a lead time that is
-- meant.
dated as (
    select
        summed.*,
        suppliers.name as supplier_name,
        suppliers.lead_time_days,
        suppliers.currency,
        case when suppliers.min_order_value >= 0 then suppliers.min_order_value end
            as min_order_value,
        case
            when
                suppliers.lead_time_days between 0
                and date_diff('day', {{ run_date_literal() }}, date '9999-12-31')
                then suppliers.lead_time_days
        end as valid_lead_time_days
    from summed
    left join suppliers on summed.supplier_id = suppliers.supplier_id
),

supplier_orders as (
    select
        order_id,
        supplier_id,
        supplier_name,
        lead_time_days,
        currency,
        cast(
            {{ dbt.dateadd('day', 'valid_lead_time_days', run_date_literal()) }} as date
        ) as requested_delivery_date,
        coalesce(total_amount < min_order_value, false) as is_below_minimum,
        line_count,
        total_amount,
        min_order_value,
        business_date
    from dated
)

select * from supplier_orders
