{#
    Aggregates rows into an array of rows, in a given order.

    columns:  list of (name, SQL type); each is also the expression
    order_by: expression that orders the elements, unique among them
#}
{% macro array_of_rows(columns, order_by) -%}
    {{ return(adapter.dispatch('array_of_rows')(columns, order_by)) }}
{%- endmacro %}

{% macro duckdb__array_of_rows(columns, order_by) -%}
    array_agg({ {%- for name, type in columns %}'{{ name }}': {{ name }}{{ ', ' if not loop.last }}{% endfor -%} }
        order by {{ order_by }})
{%- endmacro %}

{% macro trino__array_of_rows(columns, order_by) -%}
    array_agg(cast(row({% for name, type in columns %}{{ name }}{{ ', ' if not loop.last }}{% endfor %})
        as row({% for name, type in columns %}{{ name }} {{ type }}{{ ', ' if not loop.last }}{% endfor %}))
        order by {{ order_by }})
{%- endmacro %}
