with terms as (
    select * from {{ ref('int_replenishment_terms') }}
    where business_date = {{ run_date_literal() }}
),

needs as (
    select
        *,
        cast(
            greatest(0, demand + safety_stock - (available - reserved) - on_order)
            as decimal(38, 3)
        ) as net_demand
    from terms
)

select * from needs
