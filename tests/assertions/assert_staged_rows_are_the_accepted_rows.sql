-- What the gate has accepted must reach the models whole, and nothing else may: a file
-- that was cut, lost or read twice on the way changes orders without an error, and so
-- does a file that somebody has put into the lake past the gate. The check counts, so
-- that the files are read once for both.
with quality_checks as (
    select * from {{ get_where_subquery(ref('fct_quality_checks')) }}
),

different as (
    select
        business_date,
        scope_id,
        expected as accepted_rows,
        value as staged_rows
    from quality_checks
    where check_name = 'staged_rows' and value is distinct from expected
)

select * from different
