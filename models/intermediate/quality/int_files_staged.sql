-- Counted before the paths are cut: there are few files and many rows.
with counted_rows as (
    select
        file_path,
        count(*) as staged_rows
    from {{ ref('stg_pos__order_lines') }}
    where business_date = {{ run_date_literal() }}
    group by file_path
    union all
    select
        file_path,
        count(*) as staged_rows
    from {{ ref('stg_warehouse__stock_snapshots') }}
    group by file_path
),

-- The load history knows paths from the lake's root, engines the whole of them.
located as (
    select
        regexp_extract(file_path, 'raw/[^/]+/[^/]+/[^/]+/[^/]+$') as landed_path,
        staged_rows
    from counted_rows
),

files as (
    select
        landed_path,
        cast(sum(staged_rows) as bigint) as staged_rows
    from located
    group by landed_path
)

select * from files
