with stock_snapshots as (
    select * from {{ ref('int_stock_snapshots_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

warehouses as (
    select * from {{ ref('stg_master__warehouses') }}
),

warehouses_seen as (
    select distinct warehouse_id from stock_snapshots
),

conflicting_duplicates as (
    select
        {{ exception_columns(
            code="'conflicting_duplicate'",
            sku_id='sku_id',
            warehouse_id='warehouse_id',
            message="cast(copies as varchar) || ' snapshots of one instant differ; '"
                ~ " || 'the one with the least available counts, ' || "
                ~ plain_number('available'),
        ) }}
    from stock_snapshots
    where is_conflicting
),

negative_values as (
    {% for column in ['available', 'reserved', 'safety_stock'] %}
    select
        {{ exception_columns(
            code="'negative_stock'",
            sku_id='sku_id',
            warehouse_id='warehouse_id',
            quantity=column,
            message="'" ~ column ~ " is ' || " ~ plain_number(column)
                ~ " || ' and counts as it is'",
        ) }}
    from stock_snapshots
    where {{ column }} < 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

unknown_warehouses as (
    select
        {{ exception_columns(
            code="'unknown_warehouse'",
            scope='warehouse',
            warehouse_id='warehouses_seen.warehouse_id',
            message="'The warehouse sent stock and is not in the master data; "
                ~ "its stock counts'",
        ) }}
    from warehouses_seen
    left join warehouses on warehouses_seen.warehouse_id = warehouses.warehouse_id
    where warehouses.warehouse_id is null
),

missing_warehouses as (
    select
        {{ exception_columns(
            code="'missing_feed'",
            scope='warehouse',
            warehouse_id='warehouses.warehouse_id',
            message="'No stock row of the warehouse was accepted; its stock reads as zero'",
        ) }}
    from warehouses
    left join warehouses_seen on warehouses.warehouse_id = warehouses_seen.warehouse_id
    where warehouses_seen.warehouse_id is null
),

exceptions as (
    select * from conflicting_duplicates
    union all
    select * from negative_values
    union all
    select * from unknown_warehouses
    union all
    select * from missing_warehouses
)

select * from exceptions
