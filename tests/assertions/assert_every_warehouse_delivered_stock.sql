-- The stock of a warehouse that sent nothing reads as zero, and everything it holds
-- would be bought again. Only allow_missing_warehouses, which a person turns on for a
-- date, lets such a date through.
with sites as (
    select * from {{ get_where_subquery(ref('int_sites_delivered')) }}
),

missing as (
    select
        business_date,
        site_id as warehouse_id,
        name
    from sites
    where
        site_kind = 'warehouse'
        and is_known
        and row_count = 0
        and not {{ boolean_variable('allow_missing_warehouses') | lower }}
)

select * from missing
