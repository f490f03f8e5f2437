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

{#
    One MERGE, so one Iceberg snapshot: a reader sees the old rows of the date or the
    new ones. One row of the source stands for the date that is replaced and matches
    everything in it; the new rows match nothing and are inserted. No unique key is
    needed, so null may be part of a grain.
#}
{% macro trino__replace_date_sql(target, source, columns) -%}
    merge into {{ target }} as kept
    using (
        select {{ columns }}, cast(null as date) as replaced_date from {{ source }}
        union all
        select {% for _ in columns.split(', ') %}null, {% endfor %}{{ run_date_literal() }}
    ) as fresh
    on kept.business_date = fresh.replaced_date
        and kept.business_date = {{ run_date_literal() }}
    when matched then delete
    when not matched and fresh.replaced_date is null
        then insert ({{ columns }})
        values ({% for column in columns.split(', ') %}fresh.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
