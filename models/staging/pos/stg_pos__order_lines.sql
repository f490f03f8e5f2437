{#- Read once and typed: every sum, check and test of the lines reads this table. -#}
{{ config(
    materialized='incremental',
    contract={'enforced': true},
    meta={'stored_as': 'files'},
) }}

with json_lines as (
    select
        orders.business_date,
        orders.file_path,
        orders.order_id,
        orders.store_id,
        orders.pos_id,
        orders.ordered_at,
        line.line_number,
        line.sku_id,
        line.quantity,
        line.unit_price
    from (
        {{ rows_of_run_date(source('pos', 'orders_json')) }}
    ) as orders
    {{ unnest_rows(
        'orders.lines', 'line', ['line_number', 'sku_id', 'quantity', 'unit_price']
    ) }}
),

csv_lines as (
    select
        business_date,
        file_path,
        order_id,
        store_id,
        pos_id,
        ordered_at,
        line_number,
        sku_id,
        quantity,
        unit_price
    from (
        {{ rows_of_run_date(source('pos', 'orders_csv')) }}
    ) as orders
),

unioned as (
    select * from json_lines
    union all
    select * from csv_lines
),

typed as (
    select
        cast(business_date as date) as business_date,
        cast(store_id as varchar) as store_id,
        -- CSV knows no null: an empty cell is an absent value on one engine and an
        -- empty text on the other.
        cast(nullif(pos_id, '') as varchar) as pos_id,
        cast(order_id as varchar) as order_id,
        cast(line_number as bigint) as line_number,
        {{ utc_timestamp('ordered_at') }} as ordered_at,
        cast(sku_id as varchar) as sku_id,
        cast(quantity as decimal(18, 3)) as quantity,
        cast(nullif(unit_price, '') as decimal(18, 4)) as unit_price,
        cast(file_path as varchar) as file_path
    from unioned
),

order_lines as (
    select
        *,
        {{ line_key(['store_id', 'pos_id', 'order_id', 'line_number']) }} as line_key
    from typed
)

select * from order_lines
