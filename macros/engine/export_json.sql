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

{# A JSON table of the Hive catalog, partitioned like the folders; one file per partition. #}
{% macro trino__export_json(name, partition_by, columns) -%}
    insert into hive.export.{{ name }}
    select {{ columns }} from {{ this }}
    where business_date = {{ run_date_literal() }}
{%- endmacro %}
