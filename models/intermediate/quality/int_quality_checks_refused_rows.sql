with received_files as (
    select * from {{ ref('stg_ingestion__received_files') }}
    where status in ('accepted', 'partial', 'quarantined')
),

checks as (
    select
        'refused_rows' as check_name,
        'file' as scope_kind,
        file_id as scope_id,
        cast(null as varchar) as scope_name,
        cast(rows_refused - rows_requeued as decimal(38, 3)) as value,
        cast(0 as decimal(38, 3)) as expected,
        cast(0 as decimal(38, 3)) as threshold,
        status = 'quarantined' or rows_refused > rows_requeued as is_off,
        case when status = 'quarantined' then 'error' else 'warning' end as severity,
        case
            when status = 'quarantined'
                then
                    'Refused whole: '
                    || coalesce(refused_message, refused_reason, 'unknown reason')
            else
                cast(rows_refused - rows_requeued as varchar) || ' of '
                || cast(rows_read as varchar) || ' rows were refused'
        end as message
    from received_files
)

select * from checks
