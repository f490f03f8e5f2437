{#
    A whole number in two parts, so that products of large ones keep within 38 digits:
    number = high_part * 10^15 + low_part.

    number:  decimal(38,0), also below 0
    returns: decimal(38,0); the low part lies between 0 and 10^15, which is left out
    By a product and floor(), which are exact on both engines; division is not.
#}
{% macro high_part(number) -%}
    cast(floor({{ number }} * cast('0.000000000000001' as decimal(16, 15))) as decimal(38, 0))
{%- endmacro %}

{% macro low_part(number) -%}
    ({{ number }} - {{ high_part(number) }} * cast('1000000000000000' as decimal(16, 0)))
{%- endmacro %}
