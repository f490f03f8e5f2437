with published_dates as (
    select
        published_date as business_date,
        version
    from {{ ref('base_publication__dates') }}
    where business_date = {{ run_date_literal() }}
)

select * from published_dates
