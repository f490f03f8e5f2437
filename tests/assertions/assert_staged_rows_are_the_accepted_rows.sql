-- What the gate has accepted must reach the models whole, and nothing else may: a file
-- that was cut, lost or read twice on the way changes orders without an error, and so
-- does a file that somebody has put into the lake past the gate.
with received_files as (
    select * from {{ ref('stg_ingestion__received_files') }}
),

order_lines as (
    select file_path from {{ ref('stg_pos__order_lines') }}
),

stock_snapshots as (
    select file_path from {{ ref('stg_warehouse__stock_snapshots') }}
),

-- Counted before the paths are cut: there are few files and many rows.
counted as (
    select
        file_path,
        count(*) as staged_rows
    from order_lines
    group by file_path
    union all
    select
        file_path,
        count(*) as staged_rows
    from stock_snapshots
    group by file_path
),

-- The load history knows paths from the lake's root, engines the whole of them.
staged as (
    select
        regexp_extract(file_path, 'raw/[^/]+/[^/]+/[^/]+/[^/]+$') as landed_path,
        sum(staged_rows) as staged_rows
    from counted
    group by regexp_extract(file_path, 'raw/[^/]+/[^/]+/[^/]+/[^/]+$')
),

accepted as (
    select
        landed_path,
        sum(rows_accepted) as accepted_rows
    from received_files
    where status in ('accepted', 'partial')
    group by landed_path
),

different as (
    select
        coalesce(accepted.landed_path, staged.landed_path) as landed_path,
        coalesce(accepted.accepted_rows, 0) as accepted_rows,
        coalesce(staged.staged_rows, 0) as staged_rows
    from accepted
    full join staged on accepted.landed_path = staged.landed_path
    where coalesce(accepted.accepted_rows, 0) <> coalesce(staged.staged_rows, 0)
)

select * from different
