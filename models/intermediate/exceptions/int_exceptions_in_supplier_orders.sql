with order_lines as (
    select * from {{ ref('fct_supplier_order_lines') }}
    where business_date = {{ run_date_literal() }}
),

supplier_orders as (
    select * from {{ ref('fct_supplier_orders') }}
    where business_date = {{ run_date_literal() }}
),

missing_prices as (
    select
        {{ exception_columns(
            code="'missing_price'",
            sku_id='sku_id',
            supplier_id='supplier_id',
            message="'The chosen supplier has no valid price; the order has no total'",
        ) }}
    from order_lines
    where unit_price is null
),

{% if not boolean_variable('net_open_orders') %}
open_orders_not_netted as (
    select
        {{ exception_columns(
            code="'open_order_not_netted'",
            sku_id='sku_id',
            supplier_id='supplier_id',
            quantity='open_quantity',
            message=plain_number('open_quantity')
                ~ " || ' of the SKU are on order already and were not subtracted'",
        ) }}
    from order_lines
    where open_quantity > 0
),

{% endif %}
missing_lead_times as (
    select
        {{ exception_columns(
            code="'missing_lead_time'",
            scope='supplier_order',
            supplier_id='supplier_id',
            message="'The supplier has no valid lead time; no delivery date is requested'",
        ) }}
    from supplier_orders
    where requested_delivery_date is null
),

below_minimum_values as (
    select
        {{ exception_columns(
            code="'below_min_order_value'",
            scope='supplier_order',
            supplier_id='supplier_id',
            quantity='total_amount',
            message="'The order is held: its total is ' || " ~ plain_number('total_amount')
                ~ " || ', the minimum ' || " ~ plain_number('min_order_value'),
        ) }}
    from supplier_orders
    where status = 'held'
),

exceptions as (
    select * from missing_prices
    union all
    {% if not boolean_variable('net_open_orders') %}
    select * from open_orders_not_netted
    union all
    {% endif %}
    select * from missing_lead_times
    union all
    select * from below_minimum_values
)

select * from exceptions
