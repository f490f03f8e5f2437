with published_dates as (
    select
        cast(business_date as date) as business_date,
        cast(version as bigint) as version
    from {{ source('raw', 'published_dates') }}
    where business_date < {{ run_date_literal() }}
)

select * from published_dates
