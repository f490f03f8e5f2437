-- Sigma goes into the demand, and thousandths of both are whole numbers: rule 7 then
-- compares the square of a whole number with n * squares - sum * sum.
with past_demand as (
    select
        sku_id,
        {{ compared_demand('demand') }} as demand,
        cast({{ compared_demand('demand') }} * 1000 as decimal(38, 0))
        * cast({{ decimal_variable('spike_sigma') }} * 1000 as decimal(10, 0)) as scaled
    from {{ ref('int_demand_published') }}
),

parts as (
    select
        sku_id,
        demand,
        {{ high_part('scaled') }} as high,
        {{ low_part('scaled') }} as low
    from past_demand
),

-- A run date without the SKU adds nothing to any sum.
sums as (
    select
        sku_id,
        cast(sum(demand) as decimal(38, 3)) as demand,
        cast(sum(high) as decimal(38, 0)) as high,
        cast(sum(low) as decimal(38, 0)) as low,
        cast(sum(high * high) as decimal(38, 0)) as high_squares,
        cast(sum(high * low) as decimal(38, 0)) as products,
        cast(sum(low * low) as decimal(38, 0)) as low_squares
    from parts
    group by sku_id
)

select * from sums
