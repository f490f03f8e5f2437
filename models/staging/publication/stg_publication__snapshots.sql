-- Four weeks: a warehouse that was silent for longer is compared with nothing, and the
-- SKUs of all dates need not be read each night.
with published_snapshots as (
    select * from {{ source('publication', 'published_snapshots') }}
    where
        business_date < {{ run_date_literal() }}
        and business_date >= {{ days_before_run_date(28) }}
),

snapshots as (
    select
        cast(business_date as date) as business_date,
        cast(version as bigint) as version,
        cast(warehouse_id as varchar) as warehouse_id,
        cast(part as bigint) as part,
        sku_ids
    from published_snapshots
)

select * from snapshots
