{#
    Rows of a raw table of the run date, or of dates before it, as a select.

    DuckDB is given the files of these dates: a condition on the date, which it takes from
    a file's name, would have it read those of every date. Trino finds a date's folder by
    such a condition.

    source: relation of the raw table, as source() gives it
    days:   how many days before the run date are the first; not given, all there are
#}
{% macro rows_of_run_date(source) -%}
    {%- do return(adapter.dispatch('rows_of_run_date')(source)) -%}
{%- endmacro %}

{% macro rows_of_earlier_dates(source, days=none) -%}
    {%- do return(adapter.dispatch('rows_of_earlier_dates')(source, days)) -%}
{%- endmacro %}

{% macro default__rows_of_run_date(source) -%}
    select * from {{ source }}
    where business_date = {{ run_date_literal() }}
{%- endmacro %}

{% macro default__rows_of_earlier_dates(source, days) -%}
    select * from {{ source }}
    where
        business_date < {{ run_date_literal() }}
        {%- if days is not none %}
        and business_date >= {{ days_before_run_date(days) }}
        {%- endif %}
{%- endmacro %}

{% macro duckdb__rows_of_run_date(source) -%}
    {%- if not execute or source.is_cte -%}
        {%- do return(default__rows_of_run_date(source)) -%}
    {%- endif -%}
    {%- set table = raw_table(source) -%}
    {%- set pattern = duckdb_raw_pattern(table, run_date()) -%}
    {%- if not duckdb_has_files(pattern) -%}
        {%- do return(duckdb_raw_rows(table, none)) -%}
    {%- endif -%}
    {%- set size = duckdb_object_size() if table[0] == 'orders_json' else none -%}
    {%- do return(duckdb_raw_rows(table, "'" ~ pattern ~ "'", size)) -%}
{%- endmacro %}

{% macro duckdb__rows_of_earlier_dates(source, days) -%}
    {%- if not execute or source.is_cte -%}
        {%- do return(default__rows_of_earlier_dates(source, days)) -%}
    {%- endif -%}
    {%- set table = raw_table(source) -%}
    {%- set day = duckdb_parents('file', 2 if table[3] else 1) -%}
    {%- set files = run_query(
        "select file from glob('" ~ duckdb_raw_pattern(table, '????-??-??') ~ "') "
        ~ "where parse_filename(" ~ day ~ ") < '" ~ run_date() ~ "' "
        ~ ("and parse_filename(" ~ day ~ ") >= cast(" ~ days_before_run_date(days)
            ~ " as varchar) " if days is not none else "")
        ~ "order by file"
    ).columns[0].values() -%}
    {%- set names = [] -%}
    {%- for file in files -%}
        {%- do names.append("'" ~ file | replace("'", "''") ~ "'") -%}
    {%- endfor -%}
    {%- set list = '[' ~ names | join(', ') ~ ']' -%}
    {%- do return(duckdb_raw_rows(table, list if names else none)) -%}
{%- endmacro %}

{# The raw table's places and columns (raw_tables). #}
{% macro raw_table(source) -%}
    {%- for table in raw_tables() if table[0] == source.identifier -%}
        {%- do return(table) -%}
    {%- endfor -%}
{%- endmacro %}
