{#
    Takes the rows of the run date over from the schema of trials, where replays and
    new versions are built, into the tables that keep every date.

    only_absent: only when no table has a row of the date
    raises:      a table is missing on either side, or lacks a column of the other
    Run by the batch: dbt run-operation take_over_date --vars '{run_date: ...}'
#}
{% macro take_over_date(only_absent=false) -%}
    {%- set tables = [] -%}
    {%- for node in tables_that_keep_dates() -%}
        {%- set kept = adapter.get_relation(node.database, target.schema, node.alias) -%}
        {%- set built = adapter.get_relation(
            node.database, target.schema ~ '_trial', node.alias) -%}
        {%- if kept is none or built is none -%}
            {{ exceptions.raise_compiler_error(node.alias ~ ' is missing') }}
        {%- endif -%}
        {%- do tables.append((kept, built, stored_as_files(node))) -%}
    {%- endfor -%}
    {%- if only_absent and has_rows_of_run_date(tables | map('first')) -%}
        {%- do return('') -%}
    {%- endif -%}
    {%- set statements = [] -%}
    {%- for kept, built, is_stored_as_files in tables -%}
        {%- set columns = adapter.get_columns_in_relation(built)
            | map(attribute='quoted') | join(', ') -%}
        {%- set rows -%}
            (select * from {{ built }} where business_date = {{ run_date_literal() }})
        {%- endset -%}
        {%- if is_stored_as_files -%}
            {%- do statements.append(
                duckdb__write_date_sql(kept, 'select * from ' ~ rows, columns)) -%}
        {%- else -%}
            {%- do statements.append(
                adapter.dispatch('replace_date_sql')(kept, rows, columns)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do adapter.dispatch('run_statements')(statements) -%}
{%- endmacro %}

{# Whether any of some tables has a row of the run date, asked in one statement. #}
{% macro has_rows_of_run_date(tables) -%}
    {%- set found = [] -%}
    {%- for table in tables -%}
        {%- do found.append('(select 1 from ' ~ table ~ ' where business_date = '
            ~ run_date_literal() ~ ' limit 1)') -%}
    {%- endfor -%}
    {%- do return(run_query(found | join(' union all ')).rows | length > 0) -%}
{%- endmacro %}

{# All of them or none. #}
{% macro duckdb__run_statements(statements) -%}
    {%- do run_query('begin; ' ~ statements | join('; ') ~ '; commit') -%}
{%- endmacro %}

{# One by one: Trino has no transaction over several tables. #}
{% macro trino__run_statements(statements) -%}
    {%- for statement in statements -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
{%- endmacro %}
