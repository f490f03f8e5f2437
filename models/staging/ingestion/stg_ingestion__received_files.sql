with load_history as (
    select * from {{ source('ingestion', 'load_history') }}
    where business_date = {{ run_date_literal() }}
),

received_files as (
    select
        cast(business_date as date) as business_date,
        cast(feed as varchar) as feed,
        cast(file_name as varchar) as file_name,
        cast(sha256 as varchar) as sha256,
        -- Two files of one name can both be refused; the digits tell them apart.
        cast(
            feed || '/' || file_name || coalesce('#' || substr(sha256, 1, 12), '')
            as varchar
        ) as file_id,
        cast(status as varchar) as status,
        cast(reason as varchar) as refused_reason,
        cast(reason_message as varchar) as refused_message,
        cast(rows_read as bigint) as rows_read,
        cast(rows_accepted as bigint) as rows_accepted,
        cast(rows_refused as bigint) as rows_refused,
        coalesce(cast(rows_requeued as bigint), 0) as rows_requeued,
        -- Fewer than accepted where a sender's rows add up; absent in old manifests.
        cast(coalesce(rows_landed, rows_accepted) as bigint) as rows_landed,
        coalesce(cast(unreadable_prices as bigint), 0) as unreadable_prices,
        coalesce(is_unterminated, false) as is_unterminated,
        cast(first_error_line as bigint) as first_error_line,
        cast(first_error_column as varchar) as first_error_column,
        cast(first_error_value as varchar) as first_error_value,
        cast(first_error_reason as varchar) as first_error_reason,
        cast(landed_path as varchar) as landed_path,
        coalesce(is_late, false) as is_late
    from load_history
)

select * from received_files
