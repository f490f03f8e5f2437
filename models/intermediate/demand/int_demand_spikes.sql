{#- What passes this counts as this much, a thousand times what an order can carry: with
    it no product below passes 38 digits, whatever the rule variables. -#}
{% set most = "cast('1000000000000000000' as decimal(38, 3))" %}

with run_dates as (
    select * from {{ ref('stg_publication__dates') }}
    where
        business_date
        >= {{ days_before_run_date(integer_variable('spike_window_days')) }}
),

-- Sigma goes into the demand, and thousandths of both are whole numbers: rule 7 then
-- compares the square of a whole number with n * squares - sum * sum.
past_demand as (
    select
        sku_id,
        least(demand, {{ most }}) as demand,
        cast(least(demand, {{ most }}) * 1000 as decimal(38, 0))
        * cast({{ decimal_variable('spike_sigma') }} * 1000 as decimal(10, 0)) as scaled
    from {{ ref('stg_publication__demand') }}
    where
        business_date
        >= {{ days_before_run_date(integer_variable('spike_window_days')) }}
),

demand as (
    select
        *,
        least(demand, {{ most }}) as compared_demand
    from {{ ref('int_order_lines_summed_to_sku') }}
    where demand > 0
),

run_date_count as (
    select cast(count(*) as decimal(4, 0)) as n from run_dates
),

parts as (
    select
        sku_id,
        demand,
        {{ high_part('scaled') }} as high,
        {{ low_part('scaled') }} as low
    from past_demand
),

-- A run date without the SKU adds nothing to any sum, and still counts in n.
sums as (
    select
        sku_id,
        cast(sum(demand) as decimal(38, 3)) as demand,
        sum(high) as high,
        sum(low) as low,
        sum(high * high) as high_squares,
        sum(high * low) as products,
        sum(low * low) as low_squares
    from parts
    group by sku_id
),

above_the_mean as (
    select
        demand.business_date,
        demand.sku_id,
        demand.demand,
        run_date_count.n,
        cast(
            (n * demand.compared_demand - coalesce(sums.demand, 0)) * 1000000
            as decimal(38, 0)
        ) as deviation,
        coalesce(sums.high, 0) as high,
        coalesce(sums.low, 0) as low,
        coalesce(sums.high_squares, 0) as high_squares,
        coalesce(sums.products, 0) as products,
        coalesce(sums.low_squares, 0) as low_squares
    from demand
    cross join run_date_count
    left join sums on demand.sku_id = sums.sku_id
    where
        n >= {{ integer_variable('spike_min_run_dates') }}
        and n * demand.compared_demand > coalesce(sums.demand, 0)
        and n * demand.compared_demand
        >= {{ decimal_variable('spike_ratio') }} * coalesce(sums.demand, 0)
),

deviations as (
    select
        *,
        {{ high_part('deviation') }} as high_deviation,
        {{ low_part('deviation') }} as low_deviation
    from above_the_mean
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
