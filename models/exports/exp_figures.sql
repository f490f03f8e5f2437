{#- Part of the SQL that reads it; nothing of it leaves as a file of its own. -#}
{{ config(materialized='ephemeral') }}

with figures_of_rows as (
    select
        'exceptions' as subject,
        code as key,
        count(*) as row_count,
        sum(quantity) as quantity
    from {{ ref('fct_exceptions') }}
    where business_date = {{ run_date_literal() }}
    group by code
    union all
    select
        'demand' as subject,
        cast(null as varchar) as key,
        count(*) as row_count,
        sum(demand) as quantity
    from {{ ref('fct_net_demand') }}
    where business_date = {{ run_date_literal() }}
    union all
    select
        'history_used' as subject,
        purpose as key,
        count(*) as row_count,
        cast(null as decimal(38, 3)) as quantity
    from {{ ref('int_history_used') }}
    group by purpose
    union all
    select
        'quality_checks' as subject,
        status as key,
        count(*) as row_count,
        cast(null as decimal(38, 3)) as quantity
    from {{ ref('fct_quality_checks') }}
    where business_date = {{ run_date_literal() }}
    group by status
),

all_figures as (
    select
        'orders' as subject,
        order_id as key,
        status,
        row_count,
        quantity,
        amount,
        total_amount
    from {{ ref('exp_order_figures') }}
    union all
    select
        subject,
        key,
        cast(null as varchar) as status,
        row_count,
        quantity,
        cast(null as decimal(38, 2)) as amount,
        cast(null as decimal(38, 2)) as total_amount
    from figures_of_rows
),

figures as (
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
    from all_figures
)

select * from figures
