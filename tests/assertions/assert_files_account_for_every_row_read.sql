-- A row that is neither accepted nor refused has been lost on the way in, and nobody
-- would ask the sender for it: its customers' orders would simply not be refilled.
with received_files as (
    select * from {{ ref('stg_ingestion__received_files') }}
),

unaccounted as (
    select
        business_date,
        feed,
        file_name,
        sha256,
        status,
        rows_read,
        rows_accepted,
        rows_refused
    from received_files
    where rows_read is distinct from rows_accepted + rows_refused
)

select * from unaccounted
