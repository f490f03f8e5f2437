-- A file without rows has nothing to land.
with landed_files as (
    select * from {{ ref('stg_ingestion__received_files') }}
    where status in ('accepted', 'partial') and landed_path is not null
),

staged_files as (
    select * from {{ ref('int_files_staged') }}
),

compared as (
    select
        landed_files.file_id,
        coalesce(landed_files.landed_path, staged_files.landed_path) as landed_path,
        coalesce(landed_files.rows_landed, 0) as landed_rows,
        coalesce(staged_files.staged_rows, 0) as staged_rows
    from landed_files
    full join staged_files on landed_files.landed_path = staged_files.landed_path
),

-- error: a row that is lost or read twice on the way changes orders
checks as (
    select
        'staged_rows' as check_name,
        'file' as scope_kind,
        coalesce(file_id, landed_path) as scope_id,
        cast(null as varchar) as scope_name,
        cast(staged_rows as decimal(38, 3)) as value,
        cast(landed_rows as decimal(38, 3)) as expected,
        cast(0 as decimal(38, 3)) as threshold,
        staged_rows <> landed_rows as is_off,
        'error' as severity,
        cast(staged_rows as varchar) || ' rows are read from ' || landed_path || ', '
        || case
            when file_id is null
                then 'which no file of the load history was landed as'
            else cast(landed_rows as varchar) || ' were landed'
        end as message
    from compared
)

select * from checks
