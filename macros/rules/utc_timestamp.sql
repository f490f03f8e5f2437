{#
    The instant that a timestamp names as it stands in an accepted file.

    text:    YYYY-MM-DD(T| )hh:mm[:ss[.1-6 digits]][Z|+hh:mm|-hh:mm], or null; no
             offset means UTC. The gate has checked it.
    returns: timestamp(6) in UTC
    The zone is cut off by hand because the engines' own parsers disagree on which
    of these forms they take.
#}
{% macro utc_timestamp(text) -%}
    {%- set has_offset -%}
    length({{ text }}) > 16 and substr({{ text }}, length({{ text }}) - 5, 1) in ('+', '-')
    {%- endset -%}
    {%- set local -%}
    cast(replace(case
            when {{ has_offset }} then substr({{ text }}, 1, length({{ text }}) - 6)
            else replace({{ text }}, 'Z', '')
        end, 'T', ' ') as timestamp(6))
    {%- endset -%}
    {%- set offset_minutes -%}
    case
            when not ({{ has_offset }}) then 0
            when substr({{ text }}, length({{ text }}) - 5, 1) = '-' then -1
            else 1
        end
        * case
            when {{ has_offset }} then
                cast(substr({{ text }}, length({{ text }}) - 4, 2) as integer) * 60
                + cast(substr({{ text }}, length({{ text }}) - 1, 2) as integer)
            else 0
        end
    {%- endset -%}
    cast({{ dbt.dateadd('minute', '-1 * ' ~ offset_minutes, local) }} as timestamp(6))
{%- endmacro %}
