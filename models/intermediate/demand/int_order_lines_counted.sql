with order_lines as (
    select * from {{ ref('stg_pos__order_lines') }}
    where business_date = {{ run_date_literal() }}
),

deduplicated_lines as (
    select * from {{ ref('int_order_lines_deduplicated') }}
    where business_date = {{ run_date_literal() }}
),

counted_lines as (
    select
        business_date,
        store_id,
        sku_id,
        ordered_at,
        quantity,
        true as is_counted,
        cast(1 as bigint) as copies,
        cast(0 as decimal(38, 3)) as other_copies_quantity
    from order_lines
    where line_key not in (select line_key from deduplicated_lines)
    union all
    select
        business_date,
        store_id,
        sku_id,
        ordered_at,
        quantity,
        is_counted,
        copies,
        other_copies_quantity
    from deduplicated_lines
)

select * from counted_lines
