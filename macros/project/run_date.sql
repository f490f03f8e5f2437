{#
    The business date that is being built, checked before it reaches any SQL.

    returns: text YYYY-MM-DD. Where nothing is built (docs, compile, test) and no
             date was given, a day that has no data.
    raises:  anything that is not an ISO date of the years 1900 to 2100: --vars is
             pasted into SQL as text.
#}
{% macro run_date() -%}
    {%- set given = var('run_date', none) -%}
    {%- if given is none -%}
        {%- do return('1900-01-01') -%}
    {%- endif -%}
    {%- set text = given | string -%}
    {%- if not modules.re.match('(19[0-9]{2}|20[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}\Z', text)
        or not is_calendar_day(text) -%}
        {{ exceptions.raise_compiler_error(
            "run_date " ~ tojson(text) ~ " is not a business date. Write it as "
            ~ "YYYY-MM-DD: dbt build --vars '{run_date: 2026-01-01}'"
        ) }}
    {%- endif -%}
    {%- do return(text) -%}
{%- endmacro %}
