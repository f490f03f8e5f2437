{#
    Looks after the tables that dbt writes: dbt run-operation maintain_tables

    Each build of a date leaves a snapshot and small files behind. Files are joined,
    snapshots older than `retention` are dropped with the files that only they need,
    and so are files that a run which died left behind; then statistics are made anew.
    Relations that no model or raw table has any longer are dropped: no run drops them,
    because another one may be at work. None should be now.

    retention: days, such as 7d. Trino refuses fewer than 7 unless its catalog allows
               it: a query that is still running may be reading an older snapshot.
#}
{% macro maintain_tables(retention='7d') -%}
    {%- if not modules.re.match('[1-9][0-9]{0,3}d\Z', retention | string) -%}
        {{ exceptions.raise_compiler_error(
            "retention is " ~ tojson(retention | string) ~ ": give days, such as 7d"
        ) }}
    {%- endif -%}
    {%- for node in tables_of_rows() -%}
        {#- Also the tables of trials, in which replays and new versions are built. -#}
        {%- for schema in [node.schema, node.schema ~ '_trial'] -%}
            {%- set relation = adapter.get_relation(node.database, schema, node.alias) -%}
            {%- if relation is not none -%}
                {%- do log('Maintaining ' ~ relation, info=true) -%}
                {{ adapter.dispatch('maintain_table')(relation, retention) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ adapter.dispatch('drop_leftovers')() }}
{%- endmacro %}

{# Views of former models hold the text of one run and its date. #}
{% macro default__drop_leftovers() -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.config.materialized == 'export' -%}
        {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
        {%- if relation is not none -%}
            {%- do log('Dropping ' ~ relation, info=true) -%}
            {%- do adapter.drop_relation(relation) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro trino__drop_leftovers() -%}
    {%- do default__drop_leftovers() -%}
    {%- set wanted = [] -%}
    {%- for table, _, _ in trino_raw_tables().values() -%}
        {%- do wanted.append(table) -%}
    {%- endfor -%}
    {%- for table, _ in trino_export_tables().values() -%}
        {%- do wanted.append(table) -%}
    {%- endfor -%}
    {%- for table in trino_hive_tables()
        if table not in wanted and ('_files' in table or 'hive.export.' in table) -%}
        {%- do log('Dropping ' ~ table, info=true) -%}
        {%- do run_query('drop table ' ~ table) -%}
    {%- endfor -%}
{%- endmacro %}

{# DuckDB keeps no former states; it gives back space by itself. #}
{% macro duckdb__maintain_table(relation, retention) -%}
    {%- do run_query('analyze ' ~ relation) -%}
{%- endmacro %}

{% macro trino__maintain_table(relation, retention) -%}
    {%- set table = 'alter table ' ~ relation ~ ' execute ' -%}
    {%- set threshold = "(retention_threshold => '" ~ retention ~ "')" -%}
    {%- do run_query(table ~ 'optimize') -%}
    {%- do run_query(table ~ 'expire_snapshots' ~ threshold) -%}
    {%- do run_query(table ~ 'remove_orphan_files' ~ threshold) -%}
    {%- do run_query('analyze ' ~ relation) -%}
{%- endmacro %}
