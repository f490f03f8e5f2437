with deviations as (
    select
        *,
        {{ high_part('deviation') }} as high_deviation,
        {{ low_part('deviation') }} as low_deviation
    from {{ ref('int_demand_deviations_measured') }}
),

-- The square less n * squares - sum * sum is high * 10^30 + 2 * middle * 10^15 + low.
differences as (
    select
        business_date,
        sku_id,
        demand,
        high_deviation * high_deviation - (n * high_squares - high * high) as high,
        high_deviation * low_deviation - (n * products - high * low) as middle,
        low_deviation * low_deviation - (n * low_squares - low * low) as low
    from deviations
),

carried as (
    select
        *,
        2 * {{ low_part('middle') }} + {{ high_part('low') }} as carry
    from differences
),

-- The two lower parts are not below 0 now, and so the highest tells the sign.
spikes as (
    select
        business_date,
        sku_id,
        demand
    from carried
    where
        high + 2 * {{ high_part('middle') }} + {{ high_part('carry') }} > 0
        or (
            high + 2 * {{ high_part('middle') }} + {{ high_part('carry') }} = 0
            and ({{ low_part('carry') }} > 0 or {{ low_part('low') }} > 0)
        )
)

select * from spikes
