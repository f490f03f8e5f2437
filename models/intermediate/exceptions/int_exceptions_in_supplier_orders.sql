with supplier_orders as (
    select * from {{ ref('int_supplier_orders_totalled') }}
),

-- One row per order and thing to know about it.
reported as (
    select
        supplier_orders.*,
        codes.code
    from supplier_orders
    cross join
        unnest(array[
            case when requested_delivery_date is null then 'missing_lead_time' end,
            case when is_below_minimum then 'below_min_order_value' end
        ]) as codes (code)
    where codes.code is not null
),

exceptions as (
    select
        {{ exception_columns(
            code='code',
            scope="'supplier_order'",
            supplier_id='supplier_id',
            quantity="case when code = 'below_min_order_value' then total_amount end",
            arguments={
                'total_amount': plain_number('total_amount'),
                'min_order_value': plain_number('min_order_value'),
            },
        ) }}
    from reported
)

select * from exceptions
