with run_dates as (
    select cast(count(*) as decimal(4, 0)) as n
    from {{ ref('stg_publication__dates') }}
    where
        business_date
        >= {{ days_before_run_date(integer_variable('spike_window_days')) }}
),

demand as (
    select
        *,
        {{ compared_demand('demand') }} as compared_demand
    from {{ ref('int_order_lines_summed_to_sku') }}
    where demand > 0
),

sums as (
    select * from {{ ref('int_demand_published_summed_to_sku') }}
),

-- A SKU that was never ordered before has sums of 0, and so a mean of 0.
above_the_mean as (
    select
        demand.business_date,
        demand.sku_id,
        demand.demand,
        run_dates.n,
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
    cross join run_dates
    left join sums on demand.sku_id = sums.sku_id
    where
        n >= {{ integer_variable('spike_min_run_dates') }}
        and n * demand.compared_demand > coalesce(sums.demand, 0)
        and n * demand.compared_demand
        >= {{ decimal_variable('spike_ratio') }} * coalesce(sums.demand, 0)
)

select * from above_the_mean
