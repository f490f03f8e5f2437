{#
    Makes the lake's files readable as the tables of the schema `raw`.

    duckdb: views over the files, made anew with each run. Every column is text:
            DuckDB reads JSON numbers through double, also into varchar, and the gate
            leaves only those as numbers that come through it unchanged.
    trino:  external Hive tables whose partitions follow from the folders' names, so
            that landing a day needs no statement, and a view over each for the
            file's path. Made anew only when their definition or the lake has changed.
#}
{% macro create_raw_tables() -%}
    {%- if execute -%}
        {{ adapter.dispatch('create_raw_tables')() }}
    {%- endif -%}
{%- endmacro %}

{#
    Every raw table: name, format, folder, leaf, file, columns.

    folder: holds a folder per date; leaf: the one below that in which files lie, or ''
    file:   pattern of the files' names, or the one name
    type_of_lines: an array of the lines of an order, as the engine writes that type
#}
{% macro raw_tables(type_of_lines) -%}
    {%- set tables = [
        ('orders_json', 'json', 'raw/orders', 'json', '[!_.]*', [
            ('order_id', 'varchar'), ('store_id', 'varchar'), ('pos_id', 'varchar'),
            ('ordered_at', 'varchar'), ('lines', type_of_lines)]),
        ('orders_csv', 'csv', 'raw/orders', 'csv', '[!_.]*', raw_text_columns(
            ['order_id', 'store_id', 'pos_id', 'ordered_at', 'line_number', 'sku_id',
                'quantity', 'unit_price'])),
        ('stock_csv', 'csv', 'raw/stock', 'csv', '[!_.]*', raw_text_columns(
            ['warehouse_id', 'sku_id', 'snapshot_at', 'available', 'reserved',
                'safety_stock'])),
        ('load_history', 'json', 'manifests/ingestion', '', '[!_.]*.json', [
            ('feed', 'varchar'), ('file_name', 'varchar'), ('sha256', 'varchar'),
            ('status', 'varchar'), ('reason', 'varchar'), ('reason_message', 'varchar'),
            ('rows_read', 'bigint'), ('rows_accepted', 'bigint'), ('rows_refused', 'bigint'),
            ('rows_landed', 'bigint'),
            ('first_error_line', 'bigint'), ('first_error_column', 'varchar'),
            ('first_error_reason', 'varchar'), ('landed_path', 'varchar'),
            ('received_at', 'varchar'), ('is_late', 'boolean')]),
        ('published_dates', 'json', 'output/supplier_orders', '', 'manifest.json', [
            ('version', 'bigint')]),
        ('published_demand', 'json', 'manifests/published_demand', '', '[!_.]*.jsonl',
            raw_text_columns(['version', 'sku_id', 'demand'])),
        ('published_order_lines', 'json', 'manifests/published_order_lines', '',
            '[!_.]*.jsonl', raw_text_columns(
                ['version', 'sku_id', 'ordered_quantity', 'requested_delivery_date'])),
        ('published_volumes', 'json', 'manifests/published_volumes', '', '[!_.]*.jsonl',
            raw_text_columns(['version', 'check_name', 'scope_kind', 'scope_id', 'value'])),
    ] -%}
    {%- for name, columns, _ in master_data_tables() -%}
        {%- do tables.append(('master_' ~ name, 'json', 'master', '', name ~ '.jsonl',
            raw_text_columns(columns))) -%}
    {%- endfor -%}
    {%- do return(tables) -%}
{%- endmacro %}

{% macro duckdb__create_raw_tables() -%}
    {%- set lines = 'struct(line_number varchar, sku_id varchar, quantity varchar, '
        ~ 'unit_price varchar)[]' -%}
    {%- set statements = ['create schema if not exists raw'] -%}
    {%- for name, format, folder, leaf, file, columns in raw_tables(lines) -%}
        {%- set files = folder ~ '/????-??-??/' ~ (leaf ~ '/' if leaf else '') ~ file -%}
        {%- do statements.append(
            duckdb_raw_view(name, files, 2 if leaf else 1, format, columns)) -%}
    {%- endfor -%}
    {{ statements | join(';\n') }}
{%- endmacro %}

{# Columns of which every value is text, as pairs of name and type. #}
{% macro raw_text_columns(names) -%}
    {%- set columns = [] -%}
    {%- for name in names -%}
        {%- do columns.append((name, 'varchar')) -%}
    {%- endfor -%}
    {%- do return(columns) -%}
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
        maximum_object_size = {{ duckdb_object_size() if name == 'orders_json' else 16777216 }}, columns = {
    {%- else -%}
    read_csv('{{ pattern }}', auto_detect = false, header = true, filename = true,
        delim = ',', quote = '', escape = '', columns = {
    {%- endif -%}
        {% for column, type in columns %}'{{ column }}': '{{ type }}'{{ ', ' if not loop.last }}{% endfor -%}
    })
    {%- endif -%}
{%- endmacro %}

{#
    Room for the largest order of the run date, in bytes: no order is larger than its
    file. DuckDB takes twice that for each thread of each query, used or not, so that
    room for the largest order there can be would be the most of its memory.
#}
{% macro duckdb_object_size() -%}
    {%- set pattern = lake_path('raw/orders/' ~ run_date() ~ '/json/[!_.]*', pattern=true) -%}
    {%- set files = run_query("select file from glob('" ~ pattern ~ "')").columns[0].values() -%}
    {%- set largest = run_query(
        "select max(size) from read_blob('" ~ pattern ~ "')"
    ).columns[0].values()[0] if files else 0 -%}
    {{ [[largest | int + 1, 16777216] | max, 134217728] | min }}
{%- endmacro %}

{# The folder `depth` levels above a file, as a DuckDB expression. #}
{% macro duckdb_parents(file, depth) -%}
    {%- for _ in range(depth) %}parse_dirpath({% endfor -%}
    {{ file }}
    {%- for _ in range(depth) %}){% endfor -%}
{%- endmacro %}

{% macro trino__create_raw_tables() -%}
    {%- set lines = 'array(row(line_number varchar, sku_id varchar, quantity varchar, '
        ~ 'unit_price varchar))' -%}
    {%- do trino_require_listed_date() -%}
    {#- What only compiles needs no server. -#}
    {%- if flags.WHICH not in ['build', 'run', 'seed', 'test', 'snapshot'] -%}
        {%- do return('') -%}
    {%- endif -%}
    {%- set comments = trino_comments() -%}
    {%- set statements = trino_clear_export(comments) -%}
    {%- if not comments -%}
        {%- do statements.append(trino_schema('raw', 'warehouse/raw')) -%}
    {%- endif -%}
    {%- for name, format, folder, leaf, file, columns in raw_tables(lines) -%}
        {%- set table = trino_raw_table(name, format, folder, leaf, columns) -%}
        {#- Other files lie beside one that is named: orders beside the manifest. -#}
        {%- set only = none if '*' in file else '/' ~ file -%}
        {%- set view = trino_raw_view(name, columns, only) -%}
        {%- set definition = local_md5(table ~ view) -%}
        {%- if comments.get('raw.' ~ name) != definition -%}
            {%- do statements.append('drop table if exists hive.raw.' ~ name ~ '_files') -%}
            {%- do statements.append(table) -%}
            {%- do statements.append(view | replace('COMMENT', definition)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ statements | join(';\n') }}
{%- endmacro %}

{# What the tables of the schemas raw and export say of themselves, in one statement. #}
{% macro trino_comments() -%}
    {%- set comments = {} -%}
    {%- for row in run_query(
        "select schema_name || '.' || table_name, comment from system.metadata.table_comments "
        ~ "where catalog_name = 'hive' and schema_name in ('raw', 'export')"
    ).rows -%}
        {%- do comments.update({row[0]: row[1]}) -%}
    {%- endfor -%}
    {%- do return(comments) -%}
{%- endmacro %}

{# A Hive schema whose tables, where they name no place, lie in a folder of the lake. #}
{% macro trino_schema(name, folder) -%}
    create schema if not exists hive.{{ name }} with (location = '{{ lake_path(folder) }}')
{%- endmacro %}

{#
    An external table over day folders.

    folder, leaf: the files lie in <lake>/<folder>/<date>/<leaf>
    columns:      pairs of name and type
#}
{% macro trino_raw_table(name, format, folder, leaf, columns) -%}
    create table hive.raw.{{ name }}_files (
        {% for column, type in columns %}{{ column }} {{ type }}, {% endfor -%}
        business_date date with (
            partition_projection_type = 'DATE',
            partition_projection_format = 'yyyy-MM-dd',
            partition_projection_range = array[
                '{{ trino_listed_dates()[0] }}', '{{ trino_listed_dates()[1] }}']
        )
    ) with (
        format = '{{ format | upper }}',
        {% if format == 'csv' %}skip_header_line_count = 1, {% endif -%}
        external_location = '{{ lake_path(folder) }}',
        partitioned_by = array['business_date'],
        partition_projection_enabled = true,
        partition_projection_location_template =
            '{{ lake_path(folder) }}/${business_date}{{ '/' ~ leaf if leaf }}'
    )
{%- endmacro %}

{# The table as models see it. A literal `only` keeps the files whose path ends so. #}
{% macro trino_raw_view(name, columns, only=none) -%}
    create or replace view hive.raw.{{ name }} comment 'COMMENT' security invoker as
    select
        {% for column, _ in columns %}{{ column }}, {% endfor -%}
        "$path" as file_path,
        business_date
    from hive.raw.{{ name }}_files
    {% if only %}where "$path" like '%{{ only }}'{% endif %}
{%- endmacro %}

{# First and last day folder that Trino looks for: it asks for each of them by name. #}
{% macro trino_listed_dates() -%}
    {%- do return(['2020-01-01', '2099-12-31']) -%}
{%- endmacro %}

{# A date that Trino does not look for would read as one without files. #}
{% macro trino_require_listed_date() -%}
    {%- set first, last = trino_listed_dates() -%}
    {%- if var('run_date', none) is not none and not first <= run_date() <= last -%}
        {{ exceptions.raise_compiler_error(
            "On Trino business dates lie between " ~ first ~ " and " ~ last ~ ": "
            ~ run_date() ~ " does not. Change trino_listed_dates in " ~
            "macros/engine/create_raw_tables.sql if it should."
        ) }}
    {%- endif -%}
{%- endmacro %}
