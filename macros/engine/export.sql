{#
    Post-hook: writes the rows of the run date as JSON documents, one per line, below
    export/<name>/business_date=<date>/ in the lake, and replaces what was there.

    name:         folder below export/
    partition_by: column with one row per value; each gets a folder, <column>=<value>
    columns:      SQL list of what to write, all columns if not given
    A hook runs inside the model's transaction, so the files may be there although
    the commit failed: the publisher takes them only after a whole run.
#}
{% macro export_json(name, partition_by=none, columns='*') -%}
    {{ return(adapter.dispatch('export_json')(name, partition_by, columns)) }}
{%- endmacro %}

{# DuckDB cannot partition a JSON copy: a CSV copy of one JSON column, unquoted, is one. #}
{% macro duckdb__export_json(name, partition_by, columns) -%}
    {%- set folder = lake_path('export/' ~ name ~ '/business_date=' ~ run_date()) -%}
    copy (
        select
            {% if partition_by %}{{ partition_by }}, {% else %}'all' as part, {% endif -%}
            to_json(exported) as document
        from (
            select {{ columns }} from {{ this }}
            where business_date = {{ run_date_literal() }}
        ) as exported
    ) to '{{ folder }}' (
        format csv, header false, quote '', escape '', delimiter '\x01',
        partition_by ({{ partition_by or 'part' }}), overwrite true, file_extension 'json'
    )
{%- endmacro %}

{#
    A Hive table with one JSON document per row, a folder per date and value. Its rows
    are scratch for the publisher: the table is dropped when its model has changed.

    With columns='*' the model's last columns are business_date and partition_by, as
    Hive wants them; they stand in the folders' names and not in the documents.
#}
{% macro trino__export_json(name, partition_by, columns) -%}
    {%- set rows -%}
        select
            {{ columns }}
            {%- if columns != '*' %}, business_date{% endif -%}
            {%- if not partition_by %}, 'all' as part{% endif %}
        from {{ this }}
        where business_date = {{ run_date_literal() }}
    {%- endset -%}
    create table if not exists hive.export.{{ name }}
    comment '{{ trino_export_definition(model) }}'
    with (format = 'JSON', partitioned_by = array['business_date', '{{ partition_by or 'part' }}'])
    as select * from ({{ rows }}) where false;
    delete from hive.export.{{ name }} where business_date = {{ run_date_literal() }};
    insert into hive.export.{{ name }} {{ rows }}
{%- endmacro %}

{# What an export's columns and place follow from, as text that changes with them. #}
{% macro trino_export_definition(node) -%}
    {%- do return(local_md5(lake_path('export') ~ node.raw_code)) -%}
{%- endmacro %}

{#
    Statements that remove exports of another lake or of a former model.

    comments: of tables, by schema.table
#}
{% macro trino_clear_export(comments) -%}
    {%- set valid = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- do valid.append(trino_export_definition(node)) -%}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for name, comment in comments.items() if name.startswith('export.') -%}
        {%- if comment not in valid -%}
            {%- do statements.append('drop table hive.' ~ name) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if statements -%}
        {#- A schema's place cannot be changed, and the lake may be another. -#}
        {%- set statements = ['drop schema hive.export cascade'] -%}
    {%- endif -%}
    {%- if statements or not comments -%}
        {%- do statements.append(trino_schema('export', 'export')) -%}
    {%- endif -%}
    {%- do return(statements) -%}
{%- endmacro %}
