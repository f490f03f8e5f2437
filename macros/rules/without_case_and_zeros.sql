{#
    An id without what spreadsheets and tills change of it: case, a decimal part of
    zeros, zeros in front. GTIN-13 and GTIN-14 of one article are then equal too.

    id:      varchar
    returns: varchar, null for null; the same for ids that may be meant to be one
    For messages alone: what an id is follows from its bytes.
#}
{% macro without_case_and_zeros(id) -%}
    regexp_replace(regexp_replace(lower({{ id }}), '\.0+$', ''), '^0+', '')
{%- endmacro %}
