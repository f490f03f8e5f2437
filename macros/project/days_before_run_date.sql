{#
    The date some days before the run date, as a literal, so that engines can skip
    the files and partitions before it.

    days: whole number
    returns: date 'YYYY-MM-DD'
#}
{% macro days_before_run_date(days) -%}
    {%- set day = modules.datetime.date.fromisoformat(run_date()) -%}
    date '{{ day - modules.datetime.timedelta(days=days | int) }}'
{%- endmacro %}
