{#
    Columns of a row as one JSON object, every decimal with its exact digits.

    columns: names; each is also the key
    returns: text. JSON within JSON goes through double on DuckDB, and on Trino a row
             cast to JSON would need the type of every column once more
#}
{% macro json_document(columns) -%}
    {{ return(adapter.dispatch('json_document')(columns)) }}
{%- endmacro %}

{% macro duckdb__json_document(columns) -%}
    cast(to_json({ {%- for name in columns %}'{{ name }}': {{ name }}{{ ', ' if not loop.last }}{% endfor -%} }) as varchar)
{%- endmacro %}

{% macro trino__json_document(columns) -%}
    json_format(cast(map(
        array[{% for name in columns %}'{{ name }}'{{ ', ' if not loop.last }}{% endfor %}],
        array[{% for name in columns %}cast({{ name }} as json){{ ', ' if not loop.last }}{% endfor %}]
    ) as json))
{%- endmacro %}
