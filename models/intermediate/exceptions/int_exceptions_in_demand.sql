with spikes as (
    select * from {{ ref('int_demand_spikes') }}
),

demand as (
    select * from {{ ref('int_order_lines_summed_to_sku') }}
),

-- A unit that is counted in whole pieces has no half of one: most such figures are a
-- thousands sign that was read as a decimal point.
products_in_whole_units as (
    select * from {{ ref('stg_master__products') }}
    where unit in ({{ list_variable('whole_units') | join(', ') }})
),

reported as (
    select
        'demand_spike' as code,
        sku_id,
        demand,
        cast(null as varchar) as unit
    from spikes
    union all
    select
        'fractional_quantity' as code,
        demand.sku_id,
        demand.demand,
        products_in_whole_units.unit
    from demand
    inner join products_in_whole_units
        on demand.sku_id = products_in_whole_units.sku_id
    where mod(demand.demand, 1) <> 0
),

exceptions as (
    select
        {{ exception_columns(
            code='code',
            sku_id='sku_id',
            quantity='demand',
            arguments={'demand': plain_number('demand'), 'unit': 'unit'},
        ) }}
    from reported
)

select * from exceptions
