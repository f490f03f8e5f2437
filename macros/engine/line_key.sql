{#
    A number for columns that are a key together: equal keys have equal numbers, and of
    different keys hardly any do. What has a number of its own is no copy of anything,
    and so only the others have to be compared in full.

    columns: names; their values may be null
    returns: bigint. Another engine, or another version of one, gives another number.
#}
{% macro line_key(columns) -%}
    {{ return(adapter.dispatch('line_key')(columns)) }}
{%- endmacro %}

{# Of 64 bits without a sign, one is left out. #}
{% macro duckdb__line_key(columns) -%}
    cast(hash({{ columns | join(', ') }}) >> 1 as bigint)
{%- endmacro %}

{# No id holds a line feed. #}
{% macro trino__line_key(columns) -%}
    from_big_endian_64(xxhash64(to_utf8(
        {% for column in columns -%}
        coalesce(cast({{ column }} as varchar), ''){{ " || chr(10) || " if not loop.last }}
        {%- endfor %}
    )))
{%- endmacro %}
