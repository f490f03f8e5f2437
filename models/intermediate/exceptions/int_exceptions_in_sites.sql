with sites as (
    select * from {{ ref('int_sites_delivered') }}
),

exceptions as (
    select
        {{ exception_columns(
            code="case when is_known then 'missing_feed' else 'unknown_' || site_kind end",
            scope='site_kind',
            store_id="case when site_kind = 'store' then site_id end",
            warehouse_id="case when site_kind = 'warehouse' then site_id end",
        ) }}
    from sites
    where is_known <> (row_count > 0)
)

select * from exceptions
