{#
    Whether a text of the form YYYY-MM-DD names a day that exists.

    text: ten characters, digits where digits belong
#}
{% macro is_calendar_day(text) -%}
    {%- set year, month, day = text[:4] | int, text[5:7] | int, text[8:] | int -%}
    {%- set leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) -%}
    {%- set lengths = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] -%}
    {%- do return(1 <= month <= 12 and 1 <= day <= lengths[month - 1]) -%}
{%- endmacro %}
