-- Every unit of a store's accepted order lines is demand, or returned, or belongs to a
-- copy that another copy of the same line replaced. A unit that is none of them would
-- be missing from the supplier's order; one that is two of them would be bought twice.
-- A line of 0 units is missed by its row. Each side is summed from another table.
with accepted as (
    select
        count(*) as row_count,
        sum(quantity) as quantity
    from {{ get_where_subquery(ref('stg_pos__order_lines')) }}
),

delivered as (
    select
        sum(row_count) as row_count,
        sum(quantity) as quantity
    from {{ get_where_subquery(ref('int_sites_delivered')) }}
    where site_kind = 'store'
),

duplicates as (
    select sum(other_copies_quantity) as quantity
    from {{ get_where_subquery(ref('int_order_lines_deduplicated')) }}
),

planned as (
    select sum(demand + returned) as quantity
    from {{ get_where_subquery(ref('fct_net_demand')) }}
),

balance as (
    select
        accepted.row_count as accepted_rows,
        coalesce(delivered.row_count, 0) as delivered_rows,
        coalesce(accepted.quantity, 0) as accepted_quantity,
        coalesce(delivered.quantity, 0) as delivered_quantity,
        coalesce(duplicates.quantity, 0) as duplicate_quantity,
        coalesce(planned.quantity, 0) as demand_and_returned
    from accepted
    cross join delivered
    cross join duplicates
    cross join planned
),

unbalanced as (
    select * from balance
    where
        accepted_rows <> delivered_rows
        or accepted_quantity <> delivered_quantity
        or accepted_quantity <> demand_and_returned + duplicate_quantity
)

select * from unbalanced
