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
    One MERGE, one snapshot: readers see the old rows of the date or the new ones,
    never none and never both. It needs no key: a single row of the source matches
    every row of the date and deletes it; the new rows match nothing and are inserted.
#}
{% macro trino__replace_date_sql(target, source, columns) -%}
    {%- set names = columns.split(', ') -%}
    merge into {{ target }} as present
    using (
        select {{ columns }}, cast(null as date) as replaced_date from {{ source }}
        union all
        select {% for _ in names %}null, {% endfor %}{{ run_date_literal() }}
    ) as given
    on
        present.business_date = {{ run_date_literal() }}
        and present.business_date = given.replaced_date
    when matched then delete
    when not matched and given.replaced_date is null then
        insert ({{ columns }})
        values ({% for name in names %}given.{{ name }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
