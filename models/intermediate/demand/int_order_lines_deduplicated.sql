{{ config(materialized='incremental', contract={'enforced': true}) }}

with order_lines as (
    select * from {{ ref('stg_pos__order_lines') }}
),

-- The copy that counts is the first of its key: the latest correction, and where
-- two were made at one instant, the one that cannot leave a shelf empty.
ranked as (
    select
        *,
        row_number() over (
            partition by store_id, pos_id, order_id, line_number
            order by
                ordered_at desc,
                quantity desc,
                sku_id desc,
                unit_price desc nulls last,
                file_path asc
        ) as copy_rank
    from order_lines
),

deduplicated as (
    select
        business_date,
        store_id,
        pos_id,
        order_id,
        line_number,
        max(case when copy_rank = 1 then ordered_at end) as ordered_at,
        max(case when copy_rank = 1 then sku_id end) as sku_id,
        max(case when copy_rank = 1 then quantity end) as quantity,
        max(case when copy_rank = 1 then unit_price end) as unit_price,
        cast(count(*) as bigint) as copies,
        cast(sum(quantity) as decimal(38, 3))
        - max(case when copy_rank = 1 then quantity end) as other_copies_quantity,
        -- Copies that agree in all three are one line sent twice, not a conflict.
        min(ordered_at) <> max(ordered_at)
        or min(sku_id) <> max(sku_id)
        or min(quantity) <> max(quantity) as is_conflicting
    from ranked
    group by business_date, store_id, pos_id, order_id, line_number
)

select * from deduplicated
