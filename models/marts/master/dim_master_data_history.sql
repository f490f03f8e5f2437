{{ config(materialized='view') }}

with attribute_values as (
    select * from {{ ref('stg_captures__master_values') }}
),

captured_dates as (
    select
        business_date,
        row_number() over (order by business_date) as capture_number,
        lead(business_date) over (order by business_date) as next_date
    from (select distinct business_date from attribute_values) as dates
),

-- Dates that follow each other with one value have one difference between the number
-- of the capture and that of the value's own row.
numbered as (
    select
        attribute_values.*,
        captured_dates.next_date,
        captured_dates.capture_number - row_number() over (
            partition by
                attribute_values.master_table,
                attribute_values.row_key,
                attribute_values.attribute,
                attribute_values.attribute_value
            order by attribute_values.business_date
        ) as period_number
    from attribute_values
    inner join captured_dates
        on attribute_values.business_date = captured_dates.business_date
),

-- Nothing is known of a day without a capture: it counts as the one before.
periods as (
    select
        cast(master_table as varchar) as master_table,
        cast(row_key as varchar) as row_key,
        cast(attribute as varchar) as attribute,
        cast(attribute_value as varchar) as attribute_value,
        cast(min(business_date) as date) as valid_from,
        cast(
            case
                when count(next_date) = count(*)
                    then {{ dbt.dateadd('day', -1, 'max(next_date)') }}
            end as date
        ) as valid_to
    from numbered
    group by master_table, row_key, attribute, attribute_value, period_number
)

select * from periods
