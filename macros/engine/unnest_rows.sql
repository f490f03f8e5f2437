{#
    Joins the elements of an array of rows, so that `<alias>.<field>` reads alike on
    both engines.

    array:  column of the table before it in `from`
    alias:  name of an element
    fields: names of its fields, in order
#}
{% macro unnest_rows(array, alias, fields) -%}
    {{ return(adapter.dispatch('unnest_rows')(array, alias, fields)) }}
{%- endmacro %}

{% macro duckdb__unnest_rows(array, alias, fields) -%}
    cross join unnest({{ array }}) as {{ alias }}_elements ({{ alias }})
{%- endmacro %}

{% macro trino__unnest_rows(array, alias, fields) -%}
    cross join unnest({{ array }}) as {{ alias }} ({{ fields | join(', ') }})
{%- endmacro %}
