{%- set oldest_order -%}
cast({{ days_before_run_date(integer_variable('order_max_age_days')) }} as timestamp(6))
{%- endset %}

with order_lines as (
    select * from {{ ref('int_order_lines_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

stock_snapshots as (
    select * from {{ ref('int_stock_snapshots_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

known_sites as (
    select
        'store' as site_kind,
        store_id as site_id,
        name
    from {{ ref('stg_master__stores') }}
    union all
    select
        'warehouse' as site_kind,
        warehouse_id as site_id,
        name
    from {{ ref('stg_master__warehouses') }}
),

sending_sites as (
    select
        'store' as site_kind,
        store_id as site_id,
        sum(copies) as row_count,
        sum(coalesce(quantity, 0) + other_copies_quantity) as quantity,
        sum(case when is_counted then copies - 1 else copies end) as repeated_rows,
        max(ordered_at) as latest_at,
        count_if(ordered_at < {{ oldest_order }}) as old_rows,
        min(ordered_at) as earliest_at
    from order_lines
    group by store_id
    union all
    select
        'warehouse' as site_kind,
        warehouse_id as site_id,
        sum(copies) as row_count,
        sum(available) as quantity,
        sum(copies - 1) as repeated_rows,
        max(snapshot_at) as latest_at,
        0 as old_rows,
        cast(null as timestamp(6)) as earliest_at
    from stock_snapshots
    group by warehouse_id
),

sites as (
    select
        cast(coalesce(known_sites.site_kind, sending_sites.site_kind) as varchar)
            as site_kind,
        cast(coalesce(known_sites.site_id, sending_sites.site_id) as varchar)
            as site_id,
        known_sites.name,
        known_sites.site_id is not null as is_known,
        coalesce(cast(sending_sites.row_count as bigint), 0) as row_count,
        coalesce(cast(sending_sites.quantity as decimal(38, 3)), 0) as quantity,
        coalesce(cast(sending_sites.repeated_rows as bigint), 0) as repeated_rows,
        sending_sites.latest_at,
        coalesce(cast(sending_sites.old_rows as bigint), 0) as old_rows,
        sending_sites.earliest_at
    from known_sites
    full join sending_sites
        on
            known_sites.site_kind = sending_sites.site_kind
            and known_sites.site_id = sending_sites.site_id
)

select * from sites
