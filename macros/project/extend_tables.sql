{#
    Brings the tables that keep every date to the columns that their YAML declares.

    A column that was added is appended: earlier dates keep their rows and read null.
    One that was removed or has another type refuses the run before anything is
    changed: dbt's own advice, a full refresh, would leave one date of all.
    One statement finds out; several runs may do this at once.
#}
{% macro extend_tables() -%}
    {%- if not execute or flags.WHICH not in ['build', 'run']
        or var('tables_are_made', false) -%}
        {%- do return('') -%}
    {%- endif -%}
    {%- if flags.FULL_REFRESH -%}
        {%- do log(
            'Tables keep their dates, as without --full-refresh: only the run date is '
            ~ 'built anew', info=true) -%}
    {%- endif -%}
    {%- set tables = tables_of_rows() -%}
    {%- set seeds = graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed') | list -%}
    {%- set present = present_columns(tables + seeds) -%}
    {%- do require_seeds(seeds | rejectattr('alias', 'in', present)) -%}
    {%- set statements, problems = [], [] -%}
    {%- for table in tables if table.alias in present -%}
        {%- set relation = api.Relation.create(table.database, table.schema, table.alias) -%}
        {%- set types = present[table.alias] -%}
        {%- for column in table.columns.values() -%}
            {%- set type = column.data_type | lower | replace(' ', '') -%}
            {%- if column.name not in types -%}
                {%- do statements.append('alter table ' ~ relation
                    ~ ' add column if not exists ' ~ column.name ~ ' ' ~ type) -%}
            {%- elif types[column.name] != type -%}
                {%- do problems.append(
                    column.name ~ ' of ' ~ table.name ~ ' was ' ~ types[column.name]
                    ~ ' and is declared ' ~ type ~ ': give it a new name, which is '
                    ~ 'appended, or change it for every date by alter table ' ~ relation
                    ~ ' alter column ' ~ column.name ~ ' set data type ' ~ type) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for name in types if name not in table.columns -%}
            {%- do problems.append(
                name ~ ' of ' ~ table.name ~ ' is no longer declared: put it back (null '
                ~ 'will do), or take it from every date by alter table ' ~ relation
                ~ ' drop column ' ~ name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if problems -%}
        {{ exceptions.raise_compiler_error(
            'Tables of earlier dates have other columns. ' ~ problems | join('. ') ~ '.'
        ) }}
    {%- endif -%}
    {{ statements | join(';\n') }}
{%- endmacro %}

{# Stops `dbt run`, which loads no seed, before a model reads one that is absent. #}
{% macro require_seeds(absent_seeds) -%}
    {%- for seed in absent_seeds if flags.WHICH == 'run' -%}
        {%- for id in selected_resources
            if seed.unique_id in graph.nodes.get(id, {}).get('depends_on', {}).get('nodes', []) -%}
            {{ exceptions.raise_compiler_error(
                'The seed ' ~ seed.name ~ ' is not loaded, which ' ~ id.split('.')[-1]
                ~ ' reads: dbt seed loads it, and so does dbt build.'
            ) }}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{# Of those, the ones that are tables of the engine and not files behind a view. #}
{% macro tables_of_rows() -%}
    {%- set tables = [] -%}
    {%- for node in tables_that_keep_dates() if not stored_as_files(node) -%}
        {%- do tables.append(node) -%}
    {%- endfor -%}
    {%- do return(tables) -%}
{%- endmacro %}

{# Nodes of the models whose tables keep every date that was built. #}
{% macro tables_that_keep_dates() -%}
    {%- do return(graph.nodes.values()
        | selectattr('resource_type', 'equalto', 'model')
        | selectattr('config.materialized', 'equalto', 'incremental') | list) -%}
{%- endmacro %}

{#
    Types by column of those of the tables that are there, by table.

    tables: nodes of models and seeds of one database and schema
    DuckDB calls timestamp what YAML and Trino call timestamp(6).
#}
{% macro present_columns(tables) -%}
    {%- set present = {} -%}
    {%- for table, column, type in run_query(
        "select table_name, column_name, lower(data_type) "
        ~ "from information_schema.columns where table_catalog = '" ~ tables[0].database ~ "' and table_schema = '" ~ tables[0].schema
        ~ "' and table_name in ('" ~ tables | map(attribute='alias') | join("', '") ~ "')"
    ).rows -%}
        {%- do present.setdefault(table, {}).update(
            {column: 'timestamp(6)' if type == 'timestamp' else type}) -%}
    {%- endfor -%}
    {%- do return(present) -%}
{%- endmacro %}
