{%- set oldest_order_date -%}
{{ days_before_run_date(integer_variable('order_max_age_days')) }}
{%- endset %}

with sites as (
    select
        *,
        {{ without_case_and_zeros('site_id') }} as plain_site_id
    from {{ ref('int_sites_delivered') }}
),

-- Of a known site that sent nothing and an unknown one that did, one may be meant by
-- the other.
paired_sites as (
    select
        *,
        case
            when is_known
                then min(case when not is_known then site_id end) over nearly_equal
            else min(case when is_known then site_id end) over nearly_equal
        end as nearly
    from sites
    window nearly_equal as (
        partition by site_kind, plain_site_id
    )
),

-- One row per site and thing to say of it.
reported as (
    select
        paired_sites.*,
        codes.code
    from paired_sites
    cross join
        unnest(array[
            case
                when is_known and row_count = 0 then 'missing_feed'
                when not is_known and row_count > 0 then 'unknown_' || site_kind
            end,
            case when old_rows > 0 then 'old_orders' end
        ]) as codes (code)
    where codes.code is not null
),

exceptions as (
    select
        {{ exception_columns(
            code='code',
            scope='site_kind',
            store_id="case when site_kind = 'store' then site_id end",
            warehouse_id="case when site_kind = 'warehouse' then site_id end",
            quantity="case when code = 'old_orders' then old_rows end",
            arguments={
                'nearly': 'nearly',
                'old_rows': 'old_rows',
                'earliest': 'cast(earliest_at as date)',
                'oldest': oldest_order_date,
            },
        ) }}
    from reported
)

select * from exceptions
