with stock_snapshots as (
    select * from {{ ref('int_stock_snapshots_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

conflicting_duplicates as (
    select
        {{ exception_columns(
            code="'conflicting_duplicate'",
            scope="'stock_record'",
            sku_id='sku_id',
            warehouse_id='warehouse_id',
            arguments={'copies': 'copies', 'available': plain_number('available')},
        ) }}
    from stock_snapshots
    where is_conflicting
),

figures as (
    select
        stock_snapshots.sku_id,
        stock_snapshots.warehouse_id,
        names.name,
        case names.name
            when 'available' then stock_snapshots.available
            when 'reserved' then stock_snapshots.reserved
            when 'safety_stock' then stock_snapshots.safety_stock
        end as figure
    from stock_snapshots
    cross join (
        values ('available'), ('reserved'), ('safety_stock')
    ) as names (name)
),

negative_figures as (
    select
        {{ exception_columns(
            code="'negative_stock'",
            sku_id='sku_id',
            warehouse_id='warehouse_id',
            quantity='figure',
            arguments={'name': 'name', 'figure': plain_number('figure')},
        ) }}
    from figures
    where figure < 0
),

shrunken_snapshots as (
    select
        {{ exception_columns(
            code="'shrunken_snapshot'",
            scope="'warehouse'",
            warehouse_id='warehouse_id',
            quantity='former_skus - named_skus',
            arguments={
                'named_skus': 'named_skus',
                'former_skus': 'former_skus',
                'used_date': 'used_date',
            },
        ) }}
    from {{ ref('int_snapshots_compared') }}
    where named_skus < {{ decimal_variable('snapshot_min_share') }} * former_skus
),

exceptions as (
    select * from conflicting_duplicates
    union all
    select * from negative_figures
    union all
    select * from shrunken_snapshots
)

select * from exceptions
