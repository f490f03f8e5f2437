{#
    How the models of models/exports/ are built: their rows are written as JSON
    documents, one per line, below export/<name>/business_date=<date>/<column>=<value>/
    in the lake, in place of what was there. <name> is the model's, without `exp_`.

    No relation is made. A view would hold one run's date in its text, and be replaced
    by the run of another date before it is read; the model's own SQL is nobody else's.

    A line is {"build": ..., "business_date": ..., "row": {...}}. `build` is the id of
    dbt's invocation, by which a reader knows the rows of one build from another's.

    meta.partition_by: the column whose values get a folder each
    meta.row:          the column that is the row as JSON text; not given, the row has
                       the columns that the model's YAML describes
#}
{% materialization export, default %}
    {%- set meta = config.get('meta') -%}
    {%- set row = meta.row or json_document(model.columns.keys() | list) -%}
    {%- set rows -%}
        select
            {{ meta.partition_by }},
            '{"build":"{{ invocation_id }}","business_date":"{{ run_date() }}","row":'
            || {{ row }} || '}' as document
        from (
            {{ sql }}
        ) as exported
    {%- endset -%}
    {{ run_hooks(pre_hooks) }}
    {%- for text in adapter.dispatch('export_statements')(
        model.name[4:], meta.partition_by, rows
    ) -%}
        {%- call statement('main' if loop.last else 'clear') -%}
            {{ text }}
        {%- endcall -%}
    {%- endfor -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': []}) }}
{% endmaterialization %}

{#
    DuckDB cannot partition a JSON copy: a CSV copy of one column, unquoted, is one. It
    runs in the model's transaction, but its files stay whatever becomes of that.
#}
{% macro duckdb__export_statements(name, partition_by, rows) -%}
    {%- set text -%}
        copy (
            {{ rows }}
        ) to '{{ lake_path('export/' ~ name ~ '/business_date=' ~ run_date()) }}' (
            format csv, header false, quote '', escape '', delimiter '\x01',
            partition_by ({{ partition_by }}), overwrite true, file_extension 'json'
        )
    {%- endset -%}
    {%- do return([text]) -%}
{%- endmacro %}

{# A partition per date and value; a statement touches those of the run date alone. #}
{% macro trino__export_statements(name, partition_by, rows) -%}
    {%- set table = trino_export_tables()[name][0] -%}
    {%- set clear -%}
        delete from {{ table }} where business_date = {{ run_date_literal() }}
    {%- endset -%}
    {%- set write -%}
        insert into {{ table }}
        select
            document,
            {{ run_date_literal() }} as business_date,
            cast({{ partition_by }} as varchar) as {{ partition_by }}
        from ({{ rows }}) as built
    {%- endset -%}
    {%- do return([write] if var('exports_are_cleared', false) else [clear, write]) -%}
{%- endmacro %}

{#
    Hive tables through which Trino writes exports, by the export's name: the table's
    name and the statement that makes it.

    Their definition follows from the lake alone, not from a model's columns, and their
    name from their definition: nothing has to be dropped while other runs write.
#}
{% macro trino_export_tables() -%}
    {%- set tables = {} -%}
    {%- for name, column in [('supplier_orders', 'supplier_id'), ('results', 'name')] -%}
        {%- set definition -%}
            (document varchar, business_date date, {{ column }} varchar)
            with (
                format = 'TEXTFILE',
                external_location = '{{ lake_path('export/' ~ name) }}',
                partitioned_by = array['business_date', '{{ column }}'],
                {#- Else a delete would leave the files of an external table. #}
                extra_properties = map(array['external.table.purge'], array['true'])
            )
        {%- endset -%}
        {%- set table = trino_hive_table('export', name, definition) -%}
        {%- do tables.update({
            name: (table, 'create table if not exists ' ~ table ~ ' ' ~ definition)
        }) -%}
    {%- endfor -%}
    {%- do return(tables) -%}
{%- endmacro %}
