with published_dates as (
    select * from {{ ref('stg_publication__dates') }}
),

published_volumes as (
    select * from {{ source('raw', 'published_volumes') }}
    where business_date < {{ run_date_literal() }}
),

volumes as (
    select
        cast(published_volumes.business_date as date) as business_date,
        cast(published_volumes.check_name as varchar) as check_name,
        cast(published_volumes.scope_kind as varchar) as scope_kind,
        cast(published_volumes.scope_id as varchar) as scope_id,
        cast(published_volumes.value as decimal(38, 3)) as value
    from published_volumes
    inner join published_dates
        on
            published_volumes.business_date = published_dates.business_date
            and cast(published_volumes.version as bigint) = published_dates.version
)

select * from volumes
