with published_dates as (
    select * from {{ ref('stg_publication__dates') }}
),

published_demand as (
    select * from {{ source('raw', 'published_demand') }}
    where business_date < {{ run_date_literal() }}
),

-- A date that was published again still has the files of its former versions.
demand as (
    select
        cast(published_demand.business_date as date) as business_date,
        cast(published_demand.sku_id as varchar) as sku_id,
        cast(published_demand.demand as decimal(38, 3)) as demand
    from published_demand
    inner join published_dates
        on
            published_demand.business_date = published_dates.business_date
            and cast(published_demand.version as bigint) = published_dates.version
)

select * from demand
