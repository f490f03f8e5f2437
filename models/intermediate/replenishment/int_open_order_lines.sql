with published_dates as (
    select * from {{ ref('stg_publication__dates') }}
),

-- What is due on the run date counts as received.
due_later as (
    select * from {{ ref('stg_publication__order_lines') }}
    where requested_delivery_date > {{ run_date_literal() }}
),

-- A date that was published again still has the lines of its former versions.
open_order_lines as (
    select due_later.*
    from due_later
    inner join published_dates
        on
            due_later.business_date = published_dates.business_date
            and due_later.version = published_dates.version
)

select * from open_order_lines
