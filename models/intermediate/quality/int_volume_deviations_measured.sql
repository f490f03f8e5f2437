{%- set window_days = 7 * (integer_variable('volume_window_weeks') | int) %}

with published_dates as (
    select * from {{ ref('stg_publication__dates') }}
),

volumes as (
    select * from {{ ref('stg_publication__volumes') }}
    where
        business_date >= {{ days_before_run_date(window_days) }}
        and mod(date_diff('day', business_date, {{ run_date_literal() }}), 7) = 0
),

-- A date that was published again still has the volumes of its former versions.
ranked as (
    select
        volumes.*,
        row_number() over (
            partition by volumes.check_name, volumes.scope_kind, volumes.scope_id
            order by volumes.value asc, volumes.business_date asc
        ) as place,
        count(*) over (
            partition by volumes.check_name, volumes.scope_kind, volumes.scope_id
        ) as dates
    from volumes
    inner join published_dates
        on
            volumes.business_date = published_dates.business_date
            and volumes.version = published_dates.version
),

-- The middle value, or the two in the middle: kept doubled, because half of it may
-- need one decimal more.
medians as (
    select
        check_name,
        scope_kind,
        scope_id,
        min(value) + max(value) as doubled_median
    from ranked
    where 2 * place between dates and dates + 2
    group by check_name, scope_kind, scope_id
),

deviations as (
    select
        ranked.business_date,
        ranked.check_name,
        ranked.scope_kind,
        ranked.scope_id,
        cast(ranked.dates as bigint) as dates,
        cast(medians.doubled_median as decimal(38, 3)) as doubled_median,
        cast(abs(2 * ranked.value - medians.doubled_median) as decimal(38, 3))
            as doubled_deviation
    from ranked
    inner join medians
        on
            ranked.check_name = medians.check_name
            and ranked.scope_kind = medians.scope_kind
            and ranked.scope_id = medians.scope_id
)

select * from deviations
