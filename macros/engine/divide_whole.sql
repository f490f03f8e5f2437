{#
    A quotient that is known to be whole, exactly.

    dividend, divisor: decimal(18,3), dividend a multiple of divisor, divisor > 0
    returns:           bigint
    DuckDB divides decimals as doubles, Trino keeps the larger scale of the two:
    both count thousandths as integers here.
#}
{% macro divide_whole(dividend, divisor) -%}
    {{ return(adapter.dispatch('divide_whole')(
        'cast(cast(' ~ dividend ~ ' as decimal(38, 3)) * 1000 as bigint)',
        'cast(cast(' ~ divisor ~ ' as decimal(38, 3)) * 1000 as bigint)'
    )) }}
{%- endmacro %}

{% macro duckdb__divide_whole(dividend, divisor) -%}
    {{ dividend }} // {{ divisor }}
{%- endmacro %}

{% macro trino__divide_whole(dividend, divisor) -%}
    {{ dividend }} / {{ divisor }}
{%- endmacro %}
