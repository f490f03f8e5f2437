with supplier_orders as (
    select
        order_id,
        supplier_id,
        supplier_name,
        lead_time_days,
        currency,
        requested_delivery_date,
        cast(status as varchar) as status,
        line_count,
        total_amount,
        min_order_value,
        business_date
    from {{ ref('int_supplier_orders_totalled') }}
)

select * from supplier_orders
