with order_lines as (
    select * from {{ ref('int_order_lines_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

stores as (
    select * from {{ ref('stg_master__stores') }}
),

stores_seen as (
    select distinct store_id from order_lines
),

conflicting_duplicates as (
    select
        {{ exception_columns(
            code="'conflicting_duplicate'",
            sku_id='sku_id',
            store_id='store_id',
            quantity='other_copies_quantity',
            message="'Order ' || order_id || coalesce(' of point of sale ' || pos_id, '')"
                ~ " || ', line ' || cast(line_number as varchar) || ': '"
                ~ " || cast(copies as varchar) || ' copies differ; the latest counts, '"
                ~ " || 'with quantity ' || " ~ plain_number('quantity'),
        ) }}
    from order_lines
    where is_conflicting
),

unknown_stores as (
    select
        {{ exception_columns(
            code="'unknown_store'",
            scope='store',
            store_id='stores_seen.store_id',
            message="'The store sent orders and is not in the master data; its orders count'",
        ) }}
    from stores_seen
    left join stores on stores_seen.store_id = stores.store_id
    where stores.store_id is null
),

missing_stores as (
    select
        {{ exception_columns(
            code="'missing_feed'",
            scope='store',
            store_id='stores.store_id',
            message="'No order row of the store was accepted'",
        ) }}
    from stores
    left join stores_seen on stores.store_id = stores_seen.store_id
    where stores_seen.store_id is null
),

exceptions as (
    select * from conflicting_duplicates
    union all
    select * from unknown_stores
    union all
    select * from missing_stores
)

select * from exceptions
