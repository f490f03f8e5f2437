with received_files as (
    select
        *,
        coalesce(refused_message, refused_reason, 'unknown reason') as reason
    from {{ ref('stg_ingestion__received_files') }}
),

-- One row per file and thing to say of it.
reported as (
    select
        received_files.*,
        codes.code
    from received_files
    cross join
        unnest(array[
            case
                when status = 'quarantined' then 'refused_file'
                -- A row that was requeued is accepted or refused where it is now.
                when status = 'partial' and rows_refused > rows_requeued
                    then 'refused_rows'
            end,
            case when is_late and status in ('accepted', 'partial') then 'late_file' end
        ]) as codes (code)
    where codes.code is not null
),

exceptions as (
    select
        {{ exception_columns(
            code='code',
            scope="'file'",
            file_name='file_name',
            quantity="case when code = 'refused_rows' then rows_refused - rows_requeued end",
            arguments={
                'feed': 'feed',
                'reason': 'reason',
                'rows_refused': 'rows_refused',
                'rows_read': 'rows_read',
                'requeued': 'nullif(rows_requeued, 0)',
                'line': "coalesce(cast(first_error_line as varchar), 'unknown')",
                'column': 'first_error_column',
                'error': 'first_error_reason',
                'digits': 'substr(sha256, 1, 12)',
            },
        ) }}
    from reported
)

select * from exceptions
