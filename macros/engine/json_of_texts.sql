{#
    Named values as the text of a JSON object, by name: {"copies":"2","pos_id":null}.

    values: SQL expressions by name; every value becomes text, null stays null
    returns: varchar
#}
{% macro json_of_texts(values) -%}
    {{ return(adapter.dispatch('json_of_texts')(values)) }}
{%- endmacro %}

{% macro duckdb__json_of_texts(values) -%}
    cast(json_object(
        {%- for name, value in values | dictsort %}'{{ name }}', cast({{ value }} as varchar)
        {{- ', ' if not loop.last }}{% endfor -%}
    ) as varchar)
{%- endmacro %}

{% macro trino__json_of_texts(values) -%}
    json_format(cast(map(
        array[{% for name, _ in values | dictsort %}'{{ name }}'{{ ', ' if not loop.last }}{% endfor %}],
        array[{% for _, value in values | dictsort %}cast({{ value }} as varchar){{ ', ' if not loop.last }}{% endfor %}]
    ) as json))
{%- endmacro %}

{#
    A value of such an object by a name that may differ from row to row.

    returns: varchar, null when the object has no such name or no value there
#}
{% macro text_of_json(object, name) -%}
    {{ return(adapter.dispatch('text_of_json')(object, name)) }}
{%- endmacro %}

{% macro duckdb__text_of_json(object, name) -%}
    json_extract_string({{ object }}, '$."' || {{ name }} || '"')
{%- endmacro %}

{% macro trino__text_of_json(object, name) -%}
    element_at(cast(json_parse({{ object }}) as map(varchar, varchar)), {{ name }})
{%- endmacro %}
