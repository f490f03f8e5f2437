{%- set window_days = 7 * (integer_variable('volume_window_weeks') | int) -%}
{#- A normal distribution's standard deviation is so many median deviations. Cast, for a
    plain decimal literal has three decimals on DuckDB. -#}
{% set deviations_per_sigma = "cast('1.4826' as decimal(5, 4))" %}

with volumes as (
    select * from {{ ref('stg_publication__volumes') }}
    where
        business_date
        >= {{ days_before_run_date(window_days) }}
        and mod(date_diff('day', business_date, {{ run_date_literal() }}), 7) = 0
),

ranked as (
    select
        *,
        row_number() over (
            partition by check_name, scope_kind, scope_id
            order by value asc, business_date asc
        ) as place,
        count(*) over (partition by check_name, scope_kind, scope_id) as dates
    from volumes
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
        ranked.check_name,
        ranked.scope_kind,
        ranked.scope_id,
        ranked.dates,
        medians.doubled_median,
        abs(2 * ranked.value - medians.doubled_median) as doubled_deviation,
        row_number() over (
            partition by ranked.check_name, ranked.scope_kind, ranked.scope_id
            order by
                abs(2 * ranked.value - medians.doubled_median) asc,
                ranked.business_date asc
        ) as place
    from ranked
    inner join medians
        on
            ranked.check_name = medians.check_name
            and ranked.scope_kind = medians.scope_kind
            and ranked.scope_id = medians.scope_id
),

spreads as (
    select
        check_name,
        scope_kind,
        scope_id,
        max(dates) as dates,
        max(doubled_median) as doubled_median,
        min(doubled_deviation) + max(doubled_deviation) as quadrupled_deviation
    from deviations
    where 2 * place between dates and dates + 2
    group by check_name, scope_kind, scope_id
),

-- A shop that always sells the same has no spread, and would be reported for one
-- piece more: hence the share.
expected as (
    select
        check_name,
        scope_kind,
        scope_id,
        cast(dates as bigint) as dates,
        case
            when dates >= {{ integer_variable('volume_min_dates') }}
                then cast(doubled_median * decimal '0.5' as decimal(38, 3))
        end as expected,
        case
            when dates >= {{ integer_variable('volume_min_dates') }}
                then
                    cast(
                        greatest(
                            {{ decimal_variable('volume_sigma') }}
                            * {{ deviations_per_sigma }}
                            * quadrupled_deviation
                            * decimal '0.25',
                            {{ decimal_variable('volume_min_change') }}
                            * abs(doubled_median)
                            * decimal '0.5'
                        ) as decimal(38, 3)
                    )
        end as threshold
    from spreads
)

select * from expected
