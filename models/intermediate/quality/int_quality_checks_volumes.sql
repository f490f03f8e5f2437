with volumes as (
    select
        volumes.*,
        usual.expected,
        usual.threshold,
        coalesce(usual.dates, 0) as dates
    from {{ ref('int_volumes_delivered') }} as volumes
    left join {{ ref('int_volumes_expected') }} as usual
        on
            volumes.check_name = usual.check_name
            and volumes.scope_kind = usual.scope_kind
            and volumes.scope_id = usual.scope_id
),

-- warning: unusual is not wrong, and the date is published all the same
checks as (
    select
        check_name,
        scope_kind,
        scope_id,
        scope_name,
        value,
        expected,
        threshold,
        abs(value - expected) > threshold as is_off,
        'warning' as severity,
        {{ plain_number('value') }}
        || case
            when expected is null
                then
                    ': only ' || cast(dates as varchar)
                    || ' earlier dates of this weekday to judge by'
            else
                ' where ' || {{ plain_number('expected') }}
                || ' is usual, give or take ' || {{ plain_number('threshold') }}
                || ', by ' || cast(dates as varchar) || ' earlier dates of this weekday'
        end as message
    from volumes
)

select * from checks
