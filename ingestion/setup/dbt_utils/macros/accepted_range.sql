{#
    Fails with the rows whose value lies outside of the range.

    min_value, max_value: numbers or SQL expressions; none leaves that side open
    inclusive:            whether the bounds themselves are inside
    A null is inside of every range: the comparison is unknown, and so its denial.
#}
{% test accepted_range(
    model, column_name, min_value=none, max_value=none, inclusive=true
) %}
    {%- set equal = '=' if inclusive else '' -%}
    {%- set outside = [] -%}
    {%- if min_value is not none -%}
        {%- do outside.append('not ' ~ column_name ~ ' >' ~ equal ~ ' ' ~ min_value) -%}
    {%- endif -%}
    {%- if max_value is not none -%}
        {%- do outside.append('not ' ~ column_name ~ ' <' ~ equal ~ ' ' ~ max_value) -%}
    {%- endif %}

select *
from {{ model }}
where {{ outside | join(' or ') or '1 = 2' }}
{% endtest %}
