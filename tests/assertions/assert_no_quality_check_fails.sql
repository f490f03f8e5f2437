-- warn: a check that fails asks for a person before the orders are sent, and does not
-- stop them: a file that was refused is reported, and the other files count. What must
-- stop a date has a test of its own.
{{ config(severity='warn') }}

with quality_checks as (
    select * from {{ get_where_subquery(ref('fct_quality_checks')) }}
),

failed as (
    select
        business_date,
        check_name,
        scope_kind,
        scope_id,
        value,
        expected,
        threshold,
        message
    from quality_checks
    where status = 'failed'
)

select * from failed
