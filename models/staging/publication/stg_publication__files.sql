with published_files as (
    {{ rows_of_earlier_dates(source('publication', 'published_files')) }}
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
