with published_demand as (
    {{ rows_of_earlier_dates(
        source('publication', 'published_demand'),
        integer_variable('spike_window_days')
    ) }}
),

demand as (
    select
        cast(business_date as date) as business_date,
        cast(version as bigint) as version,
        cast(sku_id as varchar) as sku_id,
        cast(demand as decimal(38, 3)) as demand
    from published_demand
)

select * from demand
