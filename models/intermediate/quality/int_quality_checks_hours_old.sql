{%- set end_of_date -%}
cast({{ days_before_run_date(-1) }} as timestamp(6))
{%- endset %}

with sites as (
    select
        *,
        date_diff('hour', date_trunc('hour', latest_at), {{ end_of_date }})
            as hours_old
    from {{ ref('int_sites_delivered') }}
    where business_date = {{ run_date_literal() }} and row_count > 0
),

-- Yesterday's file under today's date has good rows and old times.
checks as (
    select
        'hours_old' as check_name,
        site_kind as scope_kind,
        site_id as scope_id,
        name as scope_name,
        cast(hours_old as decimal(38, 3)) as value,
        cast(0 as decimal(38, 3)) as expected,
        cast({{ integer_variable('freshness_max_hours') }} as decimal(38, 3))
            as threshold,
        abs(hours_old) > {{ integer_variable('freshness_max_hours') }} as is_off,
        'warning' as severity,
        case
            when latest_at is null then 'None of its rows says when it was made'
            else
                'The newest row was made ' || cast(abs(hours_old) as varchar)
                || ' hours '
                || case when hours_old > 0 then 'before' else 'after' end
                || ' the end of the date'
        end as message
    from sites
)

select * from checks
