-- Every unit of a store's accepted order lines is demand, or returned, or belongs to a
-- copy that another copy of the same line replaced. A unit that is none of them would
-- be missing from the supplier's order; one that is two of them would be bought twice.
with order_lines as (
    select * from {{ ref('stg_pos__order_lines') }}
),

-- Names the date built last, the only one that views hold; tables keep them all.
received_files as (
    select * from {{ ref('stg_ingestion__received_files') }}
),

counted_lines as (
    select * from {{ ref('int_order_lines_deduplicated') }}
    where business_date in (select business_date from received_files)
),

net_demand as (
    select * from {{ ref('fct_net_demand') }}
    where business_date in (select business_date from received_files)
),

quantities as (
    select
        business_date,
        quantity as accepted_quantity,
        0 as duplicate_quantity,
        0 as demand_and_returned
    from order_lines
    union all
    select
        business_date,
        0 as accepted_quantity,
        other_copies_quantity as duplicate_quantity,
        0 as demand_and_returned
    from counted_lines
    union all
    select
        business_date,
        0 as accepted_quantity,
        0 as duplicate_quantity,
        demand + returned as demand_and_returned
    from net_demand
),

summed as (
    select
        business_date,
        sum(accepted_quantity) as accepted_quantity,
        sum(duplicate_quantity) as duplicate_quantity,
        sum(demand_and_returned) as demand_and_returned
    from quantities
    group by business_date
),

unbalanced as (
    select * from summed
    where accepted_quantity is distinct from demand_and_returned + duplicate_quantity
)

select * from unbalanced
