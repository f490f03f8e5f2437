with repeated_files as (
    select * from {{ ref('int_files_repeated') }}
),

received_files as (
    select
        files.*,
        coalesce(files.refused_message, files.refused_reason, 'unknown reason')
            as reason,
        files.status in ('accepted', 'partial') as is_counted,
        repeated_files.used_date
    from {{ ref('stg_ingestion__received_files') }} as files
    left join repeated_files
        on
            files.feed = repeated_files.feed
            and files.sha256 = repeated_files.sha256
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
            case when is_counted and is_late then 'late_file' end,
            case when is_counted and used_date is not null then 'repeated_file' end,
            case when is_counted and unreadable_prices > 0 then 'unreadable_price' end,
            case when is_counted and is_unterminated then 'unterminated_file' end
        ]) as codes (code)
    where codes.code is not null
),

exceptions as (
    select
        {{ exception_columns(
            code='code',
            scope="'file'",
            file_name='file_name',
            quantity="case code"
                ~ " when 'refused_rows' then rows_refused - rows_requeued"
                ~ " when 'repeated_file' then rows_accepted"
                ~ " when 'unreadable_price' then unreadable_prices end",
            arguments={
                'feed': 'feed',
                'reason': 'reason',
                'rows_refused': 'rows_refused',
                'rows_read': 'rows_read',
                'requeued': 'nullif(rows_requeued, 0)',
                'line': "coalesce(cast(first_error_line as varchar), 'unknown')",
                'column': 'first_error_column',
                'error': 'first_error_reason',
                'first_line': 'first_error_line',
                'value': 'first_error_value',
                'prices': 'unreadable_prices',
                'digits': 'substr(sha256, 1, 12)',
                'used_date': 'used_date',
            },
        ) }}
    from reported
)

select * from exceptions
