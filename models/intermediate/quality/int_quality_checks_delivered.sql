with sites as (
    select * from {{ ref('int_sites_delivered') }}
    where business_date = {{ run_date_literal() }}
),

-- error for a warehouse: its stock reads as zero and would be bought again; a store
-- without orders only sells its own stock down.
checks as (
    select
        'delivered' as check_name,
        site_kind as scope_kind,
        site_id as scope_id,
        name as scope_name,
        cast(case when row_count > 0 then 1 else 0 end as decimal(38, 3)) as value,
        cast(case when is_known then 1 else 0 end as decimal(38, 3)) as expected,
        cast(0 as decimal(38, 3)) as threshold,
        is_known <> (row_count > 0) as is_off,
        case when is_known and site_kind = 'warehouse' then 'error' else 'warning' end
            as severity,
        case
            when not is_known then 'Sent rows and is not in the master data'
            when row_count > 0 then 'Delivered'
            else 'No row of it was accepted'
        end as message
    from sites
)

select * from checks
