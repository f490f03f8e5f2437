with order_lines as (
    select * from {{ ref('int_order_lines_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

conflicting_duplicates as (
    select
        {{ exception_columns(
            code="'conflicting_duplicate'",
            scope="'order_line'",
            sku_id='sku_id',
            store_id='store_id',
            quantity='other_copies_quantity',
            arguments={
                'order_id': 'order_id',
                'pos_id': 'pos_id',
                'line_number': 'line_number',
                'copies': 'copies',
                'quantity': plain_number('quantity'),
            },
        ) }}
    from order_lines
    where is_conflicting
)

select * from conflicting_duplicates
