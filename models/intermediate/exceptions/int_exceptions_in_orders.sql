-- Few lines have copies that disagree, and all rows of such a line say that they do.
with conflicting_lines as (
    select
        *,
        sum(copies) over line_copies as copies_of_line,
        max(quantity) over line_copies as counted_quantity
    from {{ ref('int_order_lines_deduplicated') }}
    where business_date = {{ run_date_literal() }} and is_conflicting
    window line_copies as (
        partition by store_id, pos_id, order_id, line_number
    )
),

exceptions as (
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
                'copies': 'copies_of_line',
                'quantity': plain_number('counted_quantity'),
            },
        ) }}
    from conflicting_lines
    -- The copy that counts may be the only one of its SKU.
    where copies > 1 or not is_counted
)

select * from exceptions
