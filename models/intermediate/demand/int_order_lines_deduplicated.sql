{{ config(materialized='incremental', contract={'enforced': true}) }}

-- Nearly every line was sent once, has a number of its own, and needs no comparison.
-- The table is named twice, so that of most lines nothing but that number is read.
with repeated_keys as (
    select line_key
    from {{ ref('stg_pos__order_lines') }}
    where business_date = {{ run_date_literal() }}
    group by line_key
    having count(*) > 1
),

repeated_lines as (
    select * from {{ ref('stg_pos__order_lines') }}
    where
        business_date = {{ run_date_literal() }}
        and line_key in (select line_key from repeated_keys)
),

-- The copy that counts is the first of its key: the latest correction, and where
-- two were made at one instant, the one that cannot leave a shelf empty. Copies that
-- agree with it in all three are one line sent twice; that all do shows in the last.
ranked as (
    select
        *,
        row_number() over line_copies as copy_rank,
        first_value(ordered_at) over line_copies as counted_at,
        first_value(quantity) over line_copies as counted_quantity,
        first_value(sku_id) over line_copies as counted_sku_id,
        last_value(ordered_at) over all_line_copies as last_at,
        last_value(quantity) over all_line_copies as last_quantity,
        last_value(sku_id) over all_line_copies as last_sku_id
    from repeated_lines
    window
        line_copies as (
            partition by store_id, pos_id, order_id, line_number
            order by
                ordered_at desc,
                quantity desc,
                sku_id desc,
                unit_price desc nulls last,
                file_path asc
        ),
        all_line_copies as (
            line_copies rows between unbounded preceding and unbounded following
        )
),

-- By SKU as well, for what a duplicate took away is reported under the SKU it named.
deduplicated as (
    select
        business_date,
        store_id,
        pos_id,
        order_id,
        line_number,
        sku_id,
        min(copy_rank) = 1 as is_counted,
        max(case when copy_rank = 1 then ordered_at end) as ordered_at,
        max(case when copy_rank = 1 then quantity end) as quantity,
        max(case when copy_rank = 1 then unit_price end) as unit_price,
        cast(count(*) as bigint) as copies,
        cast(
            sum(quantity) - coalesce(max(case when copy_rank = 1 then quantity end), 0)
            as decimal(38, 3)
        ) as other_copies_quantity,
        bool_or(
            counted_at <> last_at
            or counted_quantity <> last_quantity
            or counted_sku_id <> last_sku_id
        ) as is_conflicting,
        min(line_key) as line_key
    from ranked
    group by business_date, store_id, pos_id, order_id, line_number, sku_id
)

select * from deduplicated
