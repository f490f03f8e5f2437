{#
    Rows of a master data table for the run date: as captured in the lake where there
    is a capture of the date, else as PostgreSQL has them now.

    table:   name of the table
    returns: a select of the table's columns; all text where they come from the lake,
             in which a value that its type cannot hold is read as unknown
    Both sources are named on every path, so that lineage shows both.
#}
{% macro master_data(table) -%}
    {%- set captured, current = source('captures', 'master_' ~ table), source('master', table) -%}
    {%- if master_data_is_captured() -%}
    {{ rows_of_run_date(captured) }}
    {%- else -%}
    select * from {{ current }}
    {%- endif -%}
{%- endmacro %}

{#
    Whether the lake holds master data as of the run date. The batch has captured them
    and says so; dbt on its own looks. What only compiles asks no server.
#}
{% macro master_data_is_captured() -%}
    {%- set said = var('master_data_is_captured', none) -%}
    {%- if said is not none -%}
        {%- do return(said) -%}
    {%- endif -%}
    {%- if not execute or flags.WHICH not in ['build', 'run', 'test', 'show'] -%}
        {%- do return(true) -%}
    {%- endif -%}
    {%- do return(finds_captured_master_data()) -%}
{%- endmacro %}
