with published_dates as (
    select * from {{ ref('stg_publication__dates') }}
),

-- Written by the publisher: lines of released orders that have a delivery date.
published_order_lines as (
    select * from {{ source('raw', 'published_order_lines') }}
    where business_date < {{ run_date_literal() }}
),

order_lines as (
    select
        cast(published_order_lines.business_date as date) as business_date,
        cast(published_dates.version as bigint) as version,
        cast(published_order_lines.sku_id as varchar) as sku_id,
        cast(published_order_lines.requested_delivery_date as date)
            as requested_delivery_date,
        cast(published_order_lines.ordered_quantity as decimal(18, 3))
            as ordered_quantity
    from published_order_lines
    inner join published_dates
        on
            published_order_lines.business_date = published_dates.business_date
            and cast(published_order_lines.version as bigint) = published_dates.version
)

select * from order_lines
