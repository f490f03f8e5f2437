{#
    A decimal as a person writes it, for messages: 60.000 is 60, 12.500 is 12.5.

    number:  decimal with at least one decimal place
    returns: varchar, null for null
#}
{% macro plain_number(number) -%}
    regexp_replace(cast({{ number }} as varchar), '\.?0+$', '')
{%- endmacro %}
