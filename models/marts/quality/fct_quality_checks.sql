with checks as (
    select * from {{ ref('int_quality_checks_refused_rows') }}
    union all
    select * from {{ ref('int_quality_checks_staged_rows') }}
    union all
    select * from {{ ref('int_quality_checks_delivered') }}
    union all
    select * from {{ ref('int_quality_checks_repeated_rows') }}
    union all
    select * from {{ ref('int_quality_checks_hours_old') }}
    union all
    select * from {{ ref('int_quality_checks_volumes') }}
),

judged as (
    select
        cast(check_name as varchar) as check_name,
        cast(scope_kind as varchar) as scope_kind,
        cast(scope_id as varchar) as scope_id,
        cast(scope_name as varchar) as scope_name,
        value,
        expected,
        threshold,
        cast(
            case
                when is_off is null then 'unknown'
                when not is_off then 'passed'
                when severity = 'error' then 'failed'
                else 'warned'
            end as varchar
        ) as status,
        cast(message as varchar) as message,
        {{ run_date_literal() }} as business_date
    from checks
)

select * from judged
