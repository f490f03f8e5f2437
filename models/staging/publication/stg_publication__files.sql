with published_files as (
    select * from {{ source('publication', 'published_files') }}
    where business_date < {{ run_date_literal() }}
),

files as (
    select
        cast(business_date as date) as business_date,
        cast(version as bigint) as version,
        cast(feed as varchar) as feed,
        cast(sha256 as varchar) as sha256
    from published_files
)

select * from files
