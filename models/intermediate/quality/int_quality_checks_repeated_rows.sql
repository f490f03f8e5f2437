with sites as (
    select
        *,
        {{ decimal_variable('repeated_rows_max_share') }} * row_count as allowed_rows
    from {{ ref('int_sites_delivered') }}
    where business_date = {{ run_date_literal() }} and row_count > 0
),

-- Copies are harmless by themselves; many of them are a till that sends all twice.
checks as (
    select
        'repeated_rows' as check_name,
        site_kind as scope_kind,
        site_id as scope_id,
        name as scope_name,
        cast(repeated_rows as decimal(38, 3)) as value,
        cast(0 as decimal(38, 3)) as expected,
        cast(allowed_rows as decimal(38, 3)) as threshold,
        repeated_rows > allowed_rows as is_off,
        'warning' as severity,
        cast(repeated_rows as varchar) || ' of '
        || cast(row_count as varchar) || ' rows are copies of others' as message
    from sites
)

select * from checks
