with published_volumes as (
    {{ rows_of_earlier_dates(
        source('publication', 'published_volumes'),
        7 * (integer_variable('volume_window_weeks') | int)
    ) }}
),

volumes as (
    select
        cast(business_date as date) as business_date,
        cast(version as bigint) as version,
        cast(check_name as varchar) as check_name,
        cast(scope_kind as varchar) as scope_kind,
        cast(scope_id as varchar) as scope_id,
        cast(value as decimal(38, 3)) as value
    from published_volumes
)

select * from volumes
