{#- Squares of demand below this, and sums of them, keep within 38 digits. -#}
{% set squarable = "decimal '100000000000000'" %}

with run_date_count as (
    select cast(count(*) as decimal(9, 0)) as n
    from {{ ref('stg_publication__dates') }}
    where
        business_date
        >= {{ days_before_run_date(integer_variable('spike_window_days')) }}
),

past_demand as (
    select * from {{ ref('int_demand_published') }}
),

demand as (
    select * from {{ ref('int_order_lines_summed_to_sku') }}
    where demand > 0
),

-- A run date without the SKU adds nothing to either sum, and still counts in n.
sums as (
    select
        sku_id,
        cast(sum(demand) as decimal(38, 3)) as s,
        case
            when max(demand) < {{ squarable }}
                then
                    cast(
                        sum(case when demand < {{ squarable }} then demand * demand end)
                        as decimal(38, 6)
                    )
        end as q,
        sum(cast(demand as double) * cast(demand as double)) as q_as_double
    from past_demand
    group by sku_id
),

compared as (
    select
        demand.business_date,
        demand.sku_id,
        demand.demand,
        run_date_count.n,
        coalesce(sums.s, 0) as s,
        case when sums.sku_id is null then 0 else sums.q end as q,
        coalesce(sums.q_as_double, 0) as q_as_double
    from demand
    cross join run_date_count
    left join sums on demand.sku_id = sums.sku_id
    where run_date_count.n >= {{ integer_variable('spike_min_run_dates') }}
),

-- Mean plus sigma standard deviations, multiplied out: no division, no root, so
-- nothing is rounded. Squares that pass 38 digits are compared as doubles.
spikes as (
    select
        business_date,
        sku_id,
        demand
    from compared
    where
        n * demand > s
        and n * demand >= {{ decimal_variable('spike_ratio') }} * s
        and coalesce(
            try(
                (n * demand - s) * (n * demand - s)
                > {{ decimal_variable('spike_sigma') }}
                * {{ decimal_variable('spike_sigma') }}
                * (n * q - s * s)
            ),
            cast(n * demand - s as double)
            > cast({{ decimal_variable('spike_sigma') }} as double)
            * sqrt(greatest(cast(n as double) * q_as_double - cast(s as double) * s, 0))
        )
)

select * from spikes
