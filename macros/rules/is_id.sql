{#
    Whether a text is an id as input files may write one: 1 to 64 of letters, digits,
    dot, underscore and hyphen, all ASCII, a letter or digit first.

    text:    varchar
    returns: boolean, null for null
    Without a regular expression, because the engines name and anchor theirs
    differently.
#}
{% macro is_id(text) -%}
    {%- set alphanumeric -%}
    ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789
    {%- endset -%}
    (
        length({{ text }}) between 1 and 64
        and translate({{ text }}, '{{ alphanumeric }}._-', '') = ''
        and translate(substr({{ text }}, 1, 1), '{{ alphanumeric }}', '') = ''
    )
{%- endmacro %}
