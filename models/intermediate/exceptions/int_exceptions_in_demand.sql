with spikes as (
    select * from {{ ref('int_demand_spikes') }}
),

exceptions as (
    select
        {{ exception_columns(
            code="'demand_spike'",
            sku_id='sku_id',
            quantity='demand',
        ) }}
    from spikes
)

select * from exceptions
