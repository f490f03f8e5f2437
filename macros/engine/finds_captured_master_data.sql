{# Whether any file of captured master data lies in the run date's folder of the lake. #}
{% macro finds_captured_master_data() -%}
    {%- do return(adapter.dispatch('finds_captured_master_data')()) -%}
{%- endmacro %}

{% macro duckdb__finds_captured_master_data() -%}
    {%- set files = lake_path('master/' ~ run_date() ~ '/[!_.]*.jsonl', pattern=true) -%}
    {%- do return(run_query(
        "select count(*) from glob('" ~ files ~ "')"
    ).columns[0].values()[0] > 0) -%}
{%- endmacro %}

{# A table's files are those of the whole folder: any row of any table will do. #}
{% macro trino__finds_captured_master_data() -%}
    {%- do return(run_query(
        'select 1 from ' ~ trino_raw_tables()['master_products'][0]
        ~ ' where business_date = ' ~ run_date_literal() ~ ' limit 1'
    ).rows | length > 0) -%}
{%- endmacro %}
