{#
    Incremental strategy `replace_date`: the rows of the run date, and no others, are
    replaced by the new ones, also when there are none. dbt's own delete+insert
    deletes only keys that the new rows have, so a date whose exceptions have all
    been cured would keep them.
#}
{% macro get_incremental_replace_date_sql(arg_dict) -%}
    {%- set target, source = arg_dict['target_relation'], arg_dict['temp_relation'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {{ return(adapter.dispatch('replace_date_sql')(target, source, columns)) }}
{%- endmacro %}

{# Both statements run in dbt's transaction around the model. #}
{% macro duckdb__replace_date_sql(target, source, columns) -%}
    delete from {{ target }} where business_date = {{ run_date_literal() }};
    insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ source }}
{%- endmacro %}
