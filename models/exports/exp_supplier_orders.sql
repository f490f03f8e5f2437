{{ config(meta={'partition_by': 'supplier_id'}) }}

{% set line_columns = [
    ('line_number', 'bigint'), ('sku_id', 'varchar'), ('name', 'varchar'),
    ('ordered_quantity', 'decimal(18, 3)'), ('unit', 'varchar'),
    ('pack_size', 'decimal(18, 3)'), ('packs', 'bigint'),
    ('unit_price', 'decimal(18, 4)'), ('line_amount', 'decimal(38, 2)'),
    ('demand', 'decimal(38, 3)'), ('safety_stock', 'decimal(38, 3)'),
    ('available', 'decimal(38, 3)'), ('reserved', 'decimal(38, 3)'),
    ('on_order', 'decimal(38, 3)'), ('net_demand', 'decimal(18, 3)'),
    ('moq', 'decimal(38, 3)'), ('quantity_after_moq', 'decimal(18, 3)'),
    ('surplus', 'decimal(18, 3)'), ('flags', 'array(varchar)'),
] %}

with order_lines as (
    select * from {{ ref('fct_supplier_order_lines') }}
    where business_date = {{ run_date_literal() }}
),

supplier_orders as (
    select * from {{ ref('fct_supplier_orders') }}
    where business_date = {{ run_date_literal() }}
),

flags as (
    select
        sku_id,
        array_agg(distinct code order by code) as flags
    from {{ ref('fct_exceptions') }}
    where business_date = {{ run_date_literal() }} and sku_id is not null
    group by sku_id
),

flagged_lines as (
    select
        order_lines.*,
        flags.flags
    from order_lines
    left join flags on order_lines.sku_id = flags.sku_id
),

lines_of_orders as (
    select
        order_id,
        {{ array_of_rows(line_columns, 'line_number') }} as lines
    from flagged_lines
    group by order_id
),

orders as (
    select
        supplier_orders.order_id,
        supplier_orders.status,
        supplier_orders.supplier_name,
        supplier_orders.lead_time_days,
        supplier_orders.currency,
        supplier_orders.requested_delivery_date,
        supplier_orders.line_count,
        supplier_orders.total_amount,
        lines_of_orders.lines,
        supplier_orders.business_date,
        supplier_orders.supplier_id
    from supplier_orders
    inner join lines_of_orders on supplier_orders.order_id = lines_of_orders.order_id
)

select * from orders
