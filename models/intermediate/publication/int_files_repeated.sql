with counted_files as (
    select * from {{ ref('stg_ingestion__received_files') }}
    where status in ('accepted', 'partial') and rows_accepted > 0
),

published_files as (
    select * from {{ ref('stg_publication__files') }}
),

published_dates as (
    select * from {{ ref('stg_publication__dates') }}
),

-- A date that was published again still has the files of its former versions.
ranked as (
    select
        counted_files.feed,
        counted_files.sha256,
        published_dates.business_date as used_date,
        published_dates.version,
        row_number() over (
            partition by counted_files.feed, counted_files.sha256
            order by published_dates.business_date desc
        ) as place
    from counted_files
    inner join published_files
        on
            counted_files.feed = published_files.feed
            and counted_files.sha256 = published_files.sha256
    inner join published_dates
        on
            published_files.business_date = published_dates.business_date
            and published_files.version = published_dates.version
),

repeated as (
    select
        feed,
        sha256,
        used_date,
        version
    from ranked
    where place = 1
)

select * from repeated
