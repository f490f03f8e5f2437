{#
    The run date as a SQL date, the same on both engines.

    returns: date 'YYYY-MM-DD'
#}
{% macro run_date_literal() -%}
    date '{{ run_date() }}'
{%- endmacro %}
