{#
    MD5, as 32 hexadecimal digits, of the fields as text with "-" between them.

    field_list: list of column names or expressions; a null becomes a word of its
                own, so that it differs from the empty text
    returns:    SQL expression of type text, the same on every engine
#}
{% macro generate_surrogate_key(field_list) -%}
    {%- set null_word = '_dbt_utils_surrogate_key_null_' -%}
    {%- if var('surrogate_key_treat_nulls_as_empty_strings', false) -%}
        {%- set null_word = '' -%}
    {%- endif -%}
    {%- set texts = [] -%}
    {%- for field in field_list -%}
        {%- if not loop.first -%}{%- do texts.append("'-'") -%}{%- endif -%}
        {%- set text = 'cast(' ~ field ~ ' as ' ~ dbt.type_string() ~ ')' -%}
        {%- do texts.append('coalesce(' ~ text ~ ", '" ~ null_word ~ "')") -%}
    {%- endfor -%}
    {{ dbt.hash(dbt.concat(texts)) }}
{%- endmacro %}
