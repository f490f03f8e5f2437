{{ config(post_hook="{{ export_json('quality_checks') }}") }}

{%- set end_of_date -%}
cast({{ days_before_run_date(-1) }} as timestamp(6))
{%- endset -%}
{%- set hours_old -%}
date_diff('hour', date_trunc('hour', latest_at), {{ end_of_date }})
{%- endset -%}
{%- set hours_allowed = integer_variable('freshness_max_hours') -%}
{%- set copies_allowed -%}
{{ decimal_variable('repeated_rows_max_share') }} * row_count
{%- endset %}

with received_files as (
    select * from {{ ref('stg_ingestion__received_files') }}
    where status in ('accepted', 'partial', 'quarantined')
),

sites as (
    select * from {{ ref('int_sites_delivered') }}
),

expected_volumes as (
    select * from {{ ref('int_volumes_expected') }}
),

-- Two files of one name can both be refused; the digits tell them apart.
files as (
    select
        *,
        feed || '/' || file_name || coalesce('#' || substr(sha256, 1, 12), '')
            as file_id
    from received_files
),

refused_rows as (
    select
        {{ quality_check_columns(
            "'refused_rows'",
            scope_kind="'file'",
            scope_id='file_id',
            value='rows_refused',
            expected='0',
            threshold='0',
            is_off="status <> 'accepted'",
            severity="case when status = 'quarantined' then 'error' else 'warning' end",
            message="case status when 'quarantined' then 'Refused whole: '"
                ~ " || coalesce(refused_message, refused_reason, 'unknown reason')"
                ~ " else cast(rows_refused as varchar) || ' of '"
                ~ " || cast(rows_read as varchar) || ' rows were refused' end",
        ) }}
    from files
),

-- Counted before the paths are cut: there are few files and many rows.
counted_rows as (
    select
        file_path,
        count(*) as staged_rows
    from {{ ref('stg_pos__order_lines') }}
    group by file_path
    union all
    select
        file_path,
        count(*) as staged_rows
    from {{ ref('stg_warehouse__stock_snapshots') }}
    group by file_path
),

-- The load history knows paths from the lake's root, engines the whole of them.
staged_files as (
    select
        regexp_extract(file_path, 'raw/[^/]+/[^/]+/[^/]+/[^/]+$') as landed_path,
        sum(staged_rows) as staged_rows
    from counted_rows
    group by regexp_extract(file_path, 'raw/[^/]+/[^/]+/[^/]+/[^/]+$')
),

-- A file without rows has nothing to land.
counted_files as (
    select * from files
    where status <> 'quarantined' and landed_path is not null
),

landed_files as (
    select
        files.file_id,
        coalesce(files.landed_path, staged_files.landed_path) as landed_path,
        coalesce(files.rows_landed, files.rows_accepted, 0) as accepted_rows,
        coalesce(staged_files.staged_rows, 0) as staged_rows
    from counted_files as files
    full join staged_files on files.landed_path = staged_files.landed_path
),

-- error: a row that is lost or read twice on the way changes orders
staged_rows as (
    select
        {{ quality_check_columns(
            "'staged_rows'",
            scope_kind="'file'",
            scope_id='coalesce(file_id, landed_path)',
            value='staged_rows',
            expected='accepted_rows',
            threshold='0',
            is_off='staged_rows <> accepted_rows',
            severity="'error'",
            message="cast(staged_rows as varchar) || ' rows are read from ' || landed_path"
                ~ " || ', ' || case when file_id is null"
                ~ " then 'which no file of the load history was landed as'"
                ~ " else cast(accepted_rows as varchar) || ' were accepted' end",
        ) }}
    from landed_files
),

-- error for a warehouse: its stock reads as zero and would be bought again; a store
-- without orders only sells its own stock down.
delivered as (
    select
        {{ quality_check_columns(
            "'delivered'",
            scope_kind='site_kind',
            scope_id='site_id',
            scope_name='name',
            value='case when row_count > 0 then 1 else 0 end',
            expected='case when is_known then 1 else 0 end',
            threshold='0',
            is_off='is_known <> (row_count > 0)',
            severity="case when is_known and site_kind = 'warehouse' then 'error'"
                ~ " else 'warning' end",
            message="case when not is_known then 'Sent rows and is not in the master data'"
                ~ " when row_count > 0 then 'Delivered'"
                ~ " else 'No row of it was accepted' end",
        ) }}
    from sites
),

-- Copies are harmless by themselves; many of them are a till that sends all twice.
repeated_rows as (
    select
        {{ quality_check_columns(
            "'repeated_rows'",
            scope_kind='site_kind',
            scope_id='site_id',
            scope_name='name',
            value='repeated_rows',
            expected='0',
            threshold=copies_allowed,
            is_off='repeated_rows > ' ~ copies_allowed,
            message="cast(repeated_rows as varchar) || ' of '"
                ~ " || cast(row_count as varchar) || ' rows are copies of others'",
        ) }}
    from sites
    where row_count > 0
),

-- Yesterday's file under today's date has good rows and old times.
ages as (
    select
        {{ quality_check_columns(
            "'hours_old'",
            scope_kind='site_kind',
            scope_id='site_id',
            scope_name='name',
            value=hours_old,
            expected='0',
            threshold=hours_allowed,
            is_off='abs(' ~ hours_old ~ ') > ' ~ hours_allowed,
            message="case when latest_at is null then 'None of its rows says when it was made'"
                ~ " else 'The newest row was made ' || cast(abs(" ~ hours_old ~ ") as varchar)"
                ~ " || ' hours ' || case when latest_at < " ~ end_of_date
                ~ " then 'before' else 'after' end || ' the end of the date' end",
        ) }}
    from sites
    where row_count > 0
),

site_volumes as (
    {% for check_name, amount in [('rows', 'row_count'), ('quantity', 'quantity')] %}
    select
        '{{ check_name }}' as check_name,
        site_kind as scope_kind,
        site_id as scope_id,
        name as scope_name,
        case site_kind when 'store' then 'orders' else 'stock' end as feed,
        cast({{ amount }} as decimal(38, 3)) as value
    from sites
    where row_count > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

volumes as (
    select
        check_name,
        scope_kind,
        scope_id,
        scope_name,
        value
    from site_volumes
    union all
    select
        check_name,
        'feed' as scope_kind,
        feed as scope_id,
        cast(null as varchar) as scope_name,
        cast(sum(value) as decimal(38, 3)) as value
    from site_volumes
    group by check_name, feed
),

compared_volumes as (
    select
        volumes.*,
        expected_volumes.expected,
        expected_volumes.threshold,
        coalesce(expected_volumes.dates, 0) as dates
    from volumes
    left join expected_volumes
        on
            volumes.check_name = expected_volumes.check_name
            and volumes.scope_kind = expected_volumes.scope_kind
            and volumes.scope_id = expected_volumes.scope_id
),

-- warning: unusual is not wrong, and the date is published all the same
judged_volumes as (
    select
        {{ quality_check_columns(
            'check_name',
            scope_kind='scope_kind',
            scope_id='scope_id',
            scope_name='scope_name',
            value='value',
            expected='expected',
            threshold='threshold',
            is_off='abs(value - expected) > threshold',
            message=plain_number('value') ~ " || case when expected is null then"
                ~ " ': only ' || cast(dates as varchar)"
                ~ " || ' earlier dates of this weekday to judge by'"
                ~ " else ' where ' || " ~ plain_number('expected')
                ~ " || ' is usual, give or take ' || " ~ plain_number('threshold')
                ~ " || ', by ' || cast(dates as varchar)"
                ~ " || ' earlier dates of this weekday' end",
        ) }}
    from compared_volumes
),

checks as (
    select * from refused_rows
    union all
    select * from staged_rows
    union all
    select * from delivered
    union all
    select * from repeated_rows
    union all
    select * from ages
    union all
    select * from judged_volumes
),

judged as (
    select
        check_name,
        scope_kind,
        scope_id,
        scope_name,
        value,
        expected,
        threshold,
        cast(
            case
                when is_off is null then 'unknown'
                when not is_off then 'passed'
                when severity = 'error' then 'failed'
                else 'warned'
            end as varchar
        ) as status,
        message,
        {{ run_date_literal() }} as business_date
    from checks
)

select * from judged
