{#- Part of the SQL that reads it: a view would hold one run's date. -#}
{{ config(materialized='ephemeral') }}

with order_lines as (
    select * from {{ ref('fct_supplier_order_lines') }}
    where business_date = {{ run_date_literal() }}
),

supplier_orders as (
    select * from {{ ref('fct_supplier_orders') }}
    where business_date = {{ run_date_literal() }}
),

exceptions as (
    select * from {{ ref('fct_exceptions') }}
    where business_date = {{ run_date_literal() }}
),

net_demand as (
    select * from {{ ref('fct_net_demand') }}
    where business_date = {{ run_date_literal() }}
),

quality_checks as (
    select * from {{ ref('fct_quality_checks') }}
    where business_date = {{ run_date_literal() }}
),

history_used as (
    select * from {{ ref('int_history_used') }}
),

summed_lines as (
    select
        order_id,
        count(*) as row_count,
        sum(ordered_quantity) as quantity,
        sum(line_amount) as amount
    from order_lines
    group by order_id
),

-- An order without lines, or lines without an order, have to be seen as well.
orders as (
    select
        'orders' as subject,
        coalesce(supplier_orders.order_id, summed_lines.order_id) as key,
        supplier_orders.status,
        coalesce(summed_lines.row_count, 0) as row_count,
        summed_lines.quantity,
        summed_lines.amount,
        supplier_orders.total_amount
    from supplier_orders
    full join summed_lines on supplier_orders.order_id = summed_lines.order_id
),

grouped as (
    select
        'exceptions' as subject,
        code as key,
        count(*) as row_count,
        sum(quantity) as quantity
    from exceptions
    group by code
    union all
    select
        'demand' as subject,
        cast(null as varchar) as key,
        count(*) as row_count,
        sum(demand) as quantity
    from net_demand
    union all
    select
        'history_used' as subject,
        purpose as key,
        count(*) as row_count,
        cast(null as decimal(38, 3)) as quantity
    from history_used
    group by purpose
    union all
    select
        'quality_checks' as subject,
        status as key,
        count(*) as row_count,
        cast(null as decimal(38, 3)) as quantity
    from quality_checks
    group by status
),

figures as (
    select * from orders
    union all
    select
        subject,
        key,
        cast(null as varchar) as status,
        row_count,
        quantity,
        cast(null as decimal(38, 2)) as amount,
        cast(null as decimal(38, 2)) as total_amount
    from grouped
),

marts_summed_to_figures as (
    select
        cast(subject as varchar) as subject,
        cast(key as varchar) as key,
        cast(status as varchar) as status,
        cast(row_count as bigint) as row_count,
        cast(quantity as decimal(38, 3)) as quantity,
        cast(amount as decimal(38, 2)) as amount,
        cast(total_amount as decimal(38, 2)) as total_amount,
        -- Without it nobody could tell that a figure is missing.
        count(*) over () as figure_count
    from figures
)

select * from marts_summed_to_figures
