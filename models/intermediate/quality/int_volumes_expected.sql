{#- A normal distribution's standard deviation is so many median deviations. Cast, for a
    plain decimal literal has three decimals on DuckDB. -#}
{% set deviations_per_sigma = "cast('1.4826' as decimal(5, 4))" %}

with deviations as (
    select * from {{ ref('int_volume_deviations_measured') }}
),

ranked as (
    select
        check_name,
        scope_kind,
        scope_id,
        dates,
        doubled_median,
        doubled_deviation,
        row_number() over (
            partition by check_name, scope_kind, scope_id
            order by doubled_deviation asc, business_date asc
        ) as place
    from deviations
),

spreads as (
    select
        check_name,
        scope_kind,
        scope_id,
        max(dates) as dates,
        max(dates) >= {{ integer_variable('volume_min_dates') }} as are_enough,
        max(doubled_median) as doubled_median,
        min(doubled_deviation) + max(doubled_deviation) as quadrupled_deviation
    from ranked
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
        dates,
        case
            when are_enough
                then cast(doubled_median * decimal '0.5' as decimal(38, 3))
        end as expected,
        case
            when are_enough
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
