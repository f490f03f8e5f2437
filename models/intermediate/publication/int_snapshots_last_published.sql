with published_dates as (
    select * from {{ ref('stg_publication__dates') }}
),

-- A date that was published again still has the snapshots of its former versions.
ranked as (
    select
        snapshots.business_date as used_date,
        snapshots.version,
        snapshots.warehouse_id,
        snapshots.sku_ids,
        rank() over (
            partition by snapshots.warehouse_id
            order by snapshots.business_date desc
        ) as recency
    from {{ ref('stg_publication__snapshots') }} as snapshots
    inner join published_dates
        on
            snapshots.business_date = published_dates.business_date
            and snapshots.version = published_dates.version
),

last_published as (
    select
        used_date,
        version,
        warehouse_id,
        sku_ids
    from ranked
    where recency = 1
)

select * from last_published
