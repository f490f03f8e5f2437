with published_dates as (
    select * from {{ ref('stg_publication__dates') }}
),

published_demand as (
    select * from {{ ref('stg_publication__demand') }}
    where
        business_date
        >= {{ days_before_run_date(integer_variable('spike_window_days')) }}
),

-- A date that was published again still has the demand of its former versions.
demand as (
    select
        published_demand.business_date,
        published_demand.sku_id,
        published_demand.demand
    from published_demand
    inner join published_dates
        on
            published_demand.business_date = published_dates.business_date
            and published_demand.version = published_dates.version
)

select * from demand
