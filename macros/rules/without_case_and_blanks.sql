{#
    A hand-kept word made comparable: lower case, no blanks, nothing where nothing is.

    text:    varchar
    returns: varchar, null for null and for blanks alone
#}
{% macro without_case_and_blanks(text) -%}
    nullif(lower(replace(replace({{ text }}, ' ', ''), chr(9), '')), '')
{%- endmacro %}
