with spike_dates as (
    select
        'spikes' as purpose,
        business_date as used_date,
        version
    from {{ ref('stg_publication__dates') }}
    where
        business_date
        >= {{ days_before_run_date(integer_variable('spike_window_days')) }}
),

open_order_dates as (
    select distinct
        'open_orders' as purpose,
        business_date as used_date,
        version
    from {{ ref('int_open_order_lines') }}
),

repeated_file_dates as (
    select distinct
        'repeated_files' as purpose,
        used_date,
        version
    from {{ ref('int_files_repeated') }}
),

snapshot_dates as (
    select distinct
        'snapshots' as purpose,
        used_date,
        version
    from {{ ref('int_snapshots_last_published') }}
),

used as (
    select * from spike_dates
    union all
    select * from open_order_dates
    union all
    select * from repeated_file_dates
    union all
    select * from snapshot_dates
),

history_used as (
    select
        cast(purpose as varchar) as purpose,
        cast(used_date as date) as used_date,
        cast(version as bigint) as version,
        {{ run_date_literal() }} as business_date
    from used
)

select * from history_used
