{#- A replay names the dates and versions that were looked back at when the date was
    published: what has been published since is not what it was planned with. -#}
{% set recorded = var('recorded_history', none) %}

with published_dates as (
    {% if recorded is none %}
    select
        cast(business_date as date) as business_date,
        cast(version as bigint) as version
    from {{ source('publication', 'published_dates') }}
    where business_date < {{ run_date_literal() }}
    {% else %}
    select
        cast(business_date as date) as business_date,
        cast(version as bigint) as version
    from (
        values
        {% for business_date, version in recorded %}
        ('{{ business_date }}', {{ version | int }}),
        {% endfor %}
        (null, null)
    ) as recorded (business_date, version)
    where business_date is not null
    {% endif %}
)

select * from published_dates
