-- Four weeks: a warehouse that was silent for longer is compared with nothing, and the
-- SKUs of all dates need not be read each night.
with published_snapshots as (
    {{ rows_of_earlier_dates(source('publication', 'published_snapshots'), 28) }}
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
