{#
    Makes the lake's files readable as the tables of the schema `raw`.

    duckdb: views over the files, made anew with each run. Every column is text:
            DuckDB reads JSON numbers through double, also into varchar.
#}
{% macro create_raw_tables() -%}
    {%- if execute -%}
        {{ adapter.dispatch('create_raw_tables')() }}
    {%- endif -%}
{%- endmacro %}

{% macro duckdb__create_raw_tables() -%}
    {%- set tables = [
        ('orders_json', 'raw/orders/????-??-??/json/[!_.]*', 2, 'json', [
            ('order_id', 'varchar'), ('store_id', 'varchar'), ('pos_id', 'varchar'),
            ('ordered_at', 'varchar'),
            ('lines', 'struct(line_number varchar, sku_id varchar, quantity varchar, '
                ~ 'unit_price varchar)[]')]),
        ('orders_csv', 'raw/orders/????-??-??/csv/[!_.]*', 2, 'csv', [
            ('order_id', 'varchar'), ('store_id', 'varchar'), ('pos_id', 'varchar'),
            ('ordered_at', 'varchar'), ('line_number', 'varchar'), ('sku_id', 'varchar'),
            ('quantity', 'varchar'), ('unit_price', 'varchar')]),
        ('stock_csv', 'raw/stock/????-??-??/csv/[!_.]*', 2, 'csv', [
            ('warehouse_id', 'varchar'), ('sku_id', 'varchar'), ('snapshot_at', 'varchar'),
            ('available', 'varchar'), ('reserved', 'varchar'), ('safety_stock', 'varchar')]),
        ('load_history', 'manifests/ingestion/????-??-??/[!_.]*.json', 1, 'json', [
            ('feed', 'varchar'), ('file_name', 'varchar'), ('sha256', 'varchar'),
            ('status', 'varchar'), ('reason', 'varchar'), ('reason_message', 'varchar'),
            ('rows_read', 'bigint'), ('rows_accepted', 'bigint'), ('rows_refused', 'bigint'),
            ('first_error_line', 'bigint'), ('first_error_column', 'varchar'),
            ('first_error_reason', 'varchar'), ('landed_path', 'varchar'),
            ('received_at', 'varchar')]),
        ('published_dates', 'output/supplier_orders/????-??-??/manifest.json', 1, 'json', [
            ('version', 'bigint')]),
        ('published_demand', 'manifests/published_demand/????-??-??/[!_.]*.jsonl', 1, 'json', [
            ('version', 'varchar'), ('sku_id', 'varchar'), ('demand', 'varchar')]),
        ('published_order_lines', 'manifests/published_order_lines/????-??-??/[!_.]*.jsonl', 1, 'json', [
            ('version', 'varchar'), ('sku_id', 'varchar'), ('ordered_quantity', 'varchar'),
            ('requested_delivery_date', 'varchar')]),
    ] -%}
    {%- set statements = ['create schema if not exists raw'] -%}
    {%- for name, files, depth, format, columns in tables -%}
        {%- do statements.append(duckdb_raw_view(name, files, depth, format, columns)) -%}
    {%- endfor -%}
    {{ statements | join(';\n') }}
{%- endmacro %}

{#
    One view over the files of a folder tree; an empty one where there are none yet,
    because DuckDB refuses a pattern without a file.

    files:   pattern from the lake's root; `depth` folders below it bear the date
    columns: pairs of name and type
#}
{% macro duckdb_raw_view(name, files, depth, format, columns) -%}
    {%- set pattern = lake_path(files, pattern=true) -%}
    {%- set is_empty = run_query(
        "select count(*) from (select 1 from glob('" ~ pattern ~ "') limit 1)"
    ).columns[0].values()[0] == 0 -%}
    create or replace view raw.{{ name }} as
    {%- if is_empty %}
    select
        {% for column, type in columns %}cast(null as {{ type }}) as {{ column }}, {% endfor -%}
        cast(null as varchar) as file_path,
        cast(null as date) as business_date
    where false
    {%- else %}
    select
        {% for column, type in columns %}{{ column }}, {% endfor -%}
        filename as file_path,
        cast(parse_filename({{ duckdb_parents('filename', depth) }}) as date) as business_date
    from {% if format == 'json' -%}
    read_json('{{ pattern }}', format = 'newline_delimited', filename = true,
        maximum_object_size = 134217728, columns = {
    {%- else -%}
    read_csv('{{ pattern }}', auto_detect = false, header = true, filename = true,
        delim = ',', quote = '', escape = '', columns = {
    {%- endif -%}
        {% for column, type in columns %}'{{ column }}': '{{ type }}'{{ ', ' if not loop.last }}{% endfor -%}
    })
    {%- endif -%}
{%- endmacro %}

{# The folder `depth` levels above a file, as a DuckDB expression. #}
{% macro duckdb_parents(file, depth) -%}
    {%- for _ in range(depth) %}parse_dirpath({% endfor -%}
    {{ file }}
    {%- for _ in range(depth) %}){% endfor -%}
{%- endmacro %}

{# The project compiles for Trino; the Hive tables over the lake are yet to come. #}
{% macro trino__create_raw_tables() -%}
    {%- if flags.WHICH in ['build', 'run'] -%}
        {{ exceptions.raise_compiler_error(
            "The trino target can be compiled, not built yet: the Hive tables over "
            ~ "the lake are not made by this project so far. Use --target embedded."
        ) }}
    {%- endif -%}
{%- endmacro %}
