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

{#
    Stops a build that would read master data which PostgreSQL does not have, before
    each of the models says so in words of its own. DuckDB's plugin has looked already.
#}
{% macro require_master_data() -%}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {{ adapter.dispatch('require_master_data')() }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__require_master_data() -%}
{%- endmacro %}

{% macro trino__require_master_data() -%}
    {%- if 'model.' not in selected_resources | join(' ') or master_data_is_captured() -%}
        {%- do return('') -%}
    {%- endif -%}
    {%- set present = run_query(
        "select table_name from postgresql.information_schema.tables "
        ~ "where table_schema = 'master'"
    ).columns[0].values() -%}
    {%- for name, _, _ in master_data_tables() if name not in present -%}
        {{ exceptions.raise_compiler_error(
            'PostgreSQL has no table master.' ~ name ~ ', and the lake no master data of '
            ~ run_date() ~ '. Load them first: python -m ingestion master load --from DIR'
        ) }}
    {%- endfor -%}
{%- endmacro %}

{# A table's files are those of the whole folder: any row of any table will do. #}
{% macro trino__finds_captured_master_data() -%}
    {%- do return(run_query(
        'select 1 from ' ~ trino_raw_tables()['master_products'][0]
        ~ ' where business_date = ' ~ run_date_literal() ~ ' limit 1'
    ).rows | length > 0) -%}
{%- endmacro %}
