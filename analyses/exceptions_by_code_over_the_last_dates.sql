-- What keeps going wrong? One row per code over the last 14 dates that were built, with
-- the dates on which it came up: a code of every date wants its master data or its
-- sender corrected, not another look each morning.
with exceptions as (
    select * from {{ ref('fct_exceptions') }}
),

-- Dates are taken from what was planned, so that one without exceptions counts too.
last_dates as (
    select distinct business_date
    from {{ ref('fct_net_demand') }}
    order by business_date desc
    limit 14
),

codes as (
    select * from {{ ref('exception_codes') }}
),

counted as (
    select
        exceptions.code,
        exceptions.severity,
        count(*) as times,
        count(distinct exceptions.business_date) as dates,
        count(distinct exceptions.sku_id) as skus,
        min(exceptions.business_date) as first_date,
        max(exceptions.business_date) as last_date
    from exceptions
    inner join last_dates on exceptions.business_date = last_dates.business_date
    group by exceptions.code, exceptions.severity
),

explained as (
    select
        counted.*,
        codes.meaning,
        codes.what_to_do
    from counted
    left join codes
        on
            counted.code = codes.code
            and counted.severity = codes.severity
)

select * from explained
order by
    case severity when 'error' then 1 when 'warning' then 2 else 3 end asc,
    times desc,
    code asc
