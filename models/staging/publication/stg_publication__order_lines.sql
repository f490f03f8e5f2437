-- Written by the publisher: lines of released orders that have a delivery date.
with published_order_lines as (
    {{ rows_of_earlier_dates(source('publication', 'published_order_lines')) }}
),

order_lines as (
    select
        cast(business_date as date) as business_date,
        cast(version as bigint) as version,
        cast(sku_id as varchar) as sku_id,
        cast(requested_delivery_date as date) as requested_delivery_date,
        cast(ordered_quantity as decimal(18, 3)) as ordered_quantity
    from published_order_lines
)

select * from order_lines
