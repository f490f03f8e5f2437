{#- A table, and read once: dates that other runs publish in the middle of a build would
    else be looked back at by some of its models and not by others. -#}
{{ config(
    materialized='incremental',
    incremental_strategy='replace_date',
    on_schema_change='append_new_columns',
    contract={'enforced': true},
) }}

{#- A replay names the dates and versions that were looked back at when the date was
    published: what has been published since is not what it was planned with. -#}
{% set recorded = var('recorded_history', none) %}

with published_dates as (
    {% if recorded is none %}
    select
        cast(business_date as date) as published_date,
        cast(version as bigint) as version
    from {{ source('publication', 'published_dates') }}
    where business_date < {{ run_date_literal() }}
    {% else %}
    select
        cast(published_date as date) as published_date,
        cast(version as bigint) as version
    from (
        values
        {% for business_date, version in recorded %}
        ('{{ business_date }}', {{ version | int }}),
        {% endfor %}
        (null, null)
    ) as recorded (published_date, version)
    where published_date is not null
    {% endif %}
),

dates as (
    select
        published_date,
        version,
        {{ run_date_literal() }} as business_date
    from published_dates
)

select * from dates
