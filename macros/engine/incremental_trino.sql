{#
    How incremental models are built on Trino: the table is made once, empty, and each
    build is one MERGE of the model's own SQL.

    dbt-trino's own materialization makes a view, reads columns four times, merges and
    drops the view: eight statements instead of one, and a view that two runs at once
    would take from each other. It knows the strategy replace_date and enforced
    contracts alone, and no full refresh, which would leave one date of all. A contract
    is checked when the table is made, and by the types of the MERGE after that.
#}
{% materialization incremental, adapter='trino', supported_languages=['sql'] %}
    {%- if config.get('incremental_strategy') != 'replace_date'
        or not config.get('contract').enforced -%}
        {{ exceptions.raise_compiler_error(
            "On Trino incremental models of this project are built with "
            ~ "incremental_strategy='replace_date' and an enforced contract"
        ) }}
    {%- endif -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and not existing.is_table -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- set existing = none -%}
    {%- endif -%}
    {%- if existing is none -%}
        {%- call statement('create') -%}
            {{ trino_create_empty_table(target_relation, sql) }}
        {%- endcall -%}
    {%- endif -%}
    {%- set columns = model.columns.values() | map(attribute='name') | list -%}
    {%- call statement('main') -%}
        {{ trino__replace_date_sql(target_relation, '(' ~ sql ~ ')', columns | join(', ')) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# An Iceberg table of the model's columns, without rows. #}
{% macro trino_create_empty_table(relation, sql) -%}
    {{ get_assert_columns_equivalent(sql) }}
    create table {{ relation }}
    {{ properties() }}
    as select * from ({{ get_select_subquery(sql) }}) where false
{%- endmacro %}

{# dbt's schema, in the lake's warehouse. #}
{% macro trino__create_schema(relation) -%}
    {%- call statement('create_schema') -%}
        create schema if not exists {{ relation.without_identifier() }}
        with (location = '{{ lake_path('warehouse/' ~ relation.schema) }}')
    {%- endcall -%}
{%- endmacro %}
