with sites as (
    select * from {{ ref('int_sites_delivered') }}
    where business_date = {{ run_date_literal() }} and row_count > 0
),

site_volumes as (
    select
        checks.check_name,
        sites.site_kind as scope_kind,
        sites.site_id as scope_id,
        sites.name as scope_name,
        case sites.site_kind when 'store' then 'orders' else 'stock' end as feed,
        case checks.check_name when 'rows' then sites.row_count else sites.quantity end
            as value
    from sites
    cross join (values ('rows'), ('quantity')) as checks (check_name)
),

volumes as (
    select
        check_name,
        scope_kind,
        scope_id,
        scope_name,
        cast(value as decimal(38, 3)) as value
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
)

select * from volumes
