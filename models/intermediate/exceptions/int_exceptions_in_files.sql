with received_files as (
    select * from {{ ref('stg_ingestion__received_files') }}
),

-- Two different files of one name can both be refused; the digits tell them apart.
refused_files as (
    select
        {{ exception_columns(
            code="'refused_file'",
            scope='file',
            file_name='file_name',
            message="'The ' || feed || ' file was refused whole: '"
                ~ " || coalesce(refused_message, refused_reason, 'unknown reason')"
                ~ " || coalesce(' (sha256 ' || substr(sha256, 1, 12) || ')', '')",
        ) }}
    from received_files
    where status = 'quarantined'
),

-- A row that was requeued is accepted or refused where it is now, and not here.
refused_rows as (
    select
        {{ exception_columns(
            code="'refused_rows'",
            scope='file',
            file_name='file_name',
            quantity='rows_refused - rows_requeued',
            message="cast(rows_refused as varchar) || ' of '"
                ~ " || cast(rows_read as varchar) || ' rows of the ' || feed"
                ~ " || ' file were refused, '"
                ~ " || case when rows_requeued > 0 then cast(rows_requeued as varchar)"
                ~ " || ' of them requeued since, ' else '' end || 'the first in line '"
                ~ " || coalesce(cast(first_error_line as varchar), 'unknown')"
                ~ " || coalesce(', column ' || first_error_column, '')"
                ~ " || coalesce(': ' || first_error_reason, '')"
                ~ " || ' (sha256 ' || substr(sha256, 1, 12) || ')'",
        ) }}
    from received_files
    where status = 'partial' and rows_refused > rows_requeued
),

late_files as (
    select
        {{ exception_columns(
            code="'late_file'",
            scope='file',
            file_name='file_name',
            message="'The ' || feed || ' file came after the date was published; this '"
                ~ " || 'version counts it (sha256 ' || substr(sha256, 1, 12) || ')'",
        ) }}
    from received_files
    where is_late and status in ('accepted', 'partial')
),

exceptions as (
    select * from refused_files
    union all
    select * from refused_rows
    union all
    select * from late_files
)

select * from exceptions
