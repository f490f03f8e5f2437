{#
    Makes the lake's files readable as the tables of the schema `raw`.

    duckdb: views over the files, made anew with each run. Every column is text:
            DuckDB reads JSON numbers through double, also into varchar, and the gate
            leaves only those as numbers that come through it unchanged.
    trino:  external Hive tables whose partitions follow from the folders' names, so
            that landing a day needs no statement, and a view over each for the
            file's path. A table's name follows from its definition: a run makes those
            that it misses and drops none, because runs of another state of the project
            may be reading them (maintain_tables drops what is left).
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
    The columns, pairs of name and type, are those that the YAML of the sources
    declares, in its order: that of the cells in CSV.
#}
{% macro raw_tables() -%}
    {%- set places = [
        ('orders_json', 'json', 'raw/orders', 'json', '[!_.]*'),
        ('orders_csv', 'csv', 'raw/orders', 'csv', '[!_.]*'),
        ('stock_csv', 'csv', 'raw/stock', 'csv', '[!_.]*'),
        ('load_history', 'json', 'manifests/ingestion', '', '[!_.]*.json'),
        ('published_dates', 'json', 'output/supplier_orders', '', 'manifest.json'),
        ('published_demand', 'json', 'manifests/published_demand', '', '[!_.]*.jsonl'),
        ('published_order_lines', 'json', 'manifests/published_order_lines', '',
            '[!_.]*.jsonl'),
        ('published_files', 'json', 'manifests/published_files', '', '[!_.]*.jsonl'),
        ('published_snapshots', 'json', 'manifests/published_snapshots', '',
            '[!_.]*.jsonl'),
        ('published_volumes', 'json', 'manifests/published_volumes', '', '[!_.]*.jsonl'),
    ] -%}
    {%- for name, _, _ in master_data_tables() -%}
        {%- do places.append(('master_' ~ name, 'json', 'master', '', name ~ '.jsonl')) -%}
    {%- endfor -%}
    {%- set tables = [] -%}
    {%- for source in graph.sources.values() if source.schema == 'raw' -%}
        {%- set columns = [] -%}
        {%- for column in source.columns.values()
            if column.name not in ['file_path', 'business_date'] -%}
            {%- do columns.append((column.name, column.data_type)) -%}
        {%- endfor -%}
        {%- for place in places if place[0] == source.name -%}
            {%- do tables.append(place + (columns,)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do return(tables) -%}
{%- endmacro %}

{% macro duckdb__create_raw_tables() -%}
    {%- set statements = ['create schema if not exists raw'] -%}
    {%- for name, format, folder, leaf, file, columns in raw_tables() -%}
        {%- set files = folder ~ '/????-??-??/' ~ (leaf ~ '/' if leaf else '') ~ file -%}
        {%- do statements.append(
            duckdb_raw_view(name, files, 2 if leaf else 1, format, columns)) -%}
    {%- endfor -%}
    {{ statements | join(';\n') }}
{%- endmacro %}

{#
    One view over the files of a folder tree; an empty one where there are none yet,
    because DuckDB refuses a pattern without a file. CSV files that were landed before
    the last columns were added read null there.

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
        delim = ',', quote = '', escape = '', null_padding = true, columns = {
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
    {%- do trino_require_listed_date() -%}
    {#- What only compiles needs no server. -#}
    {%- if flags.WHICH not in ['build', 'run', 'seed', 'test', 'snapshot', 'freshness'] -%}
        {%- do return('') -%}
    {%- endif -%}
    {%- set present = trino_hive_tables() -%}
    {%- set statements = [] -%}
    {%- for schema, folder in [('raw', 'warehouse/raw'), ('export', 'export')] -%}
        {%- if schema not in present.values() | map(attribute='schema') -%}
            {%- do statements.append(trino_schema(schema, folder)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, (table, definition, view) in trino_raw_tables().items() -%}
        {%- if table not in present -%}
            {%- do statements.append(definition) -%}
        {%- endif -%}
        {%- if present.get('hive.raw.' ~ name, {}).comment != local_md5(view) -%}
            {%- do statements.append(view | replace('COMMENT', local_md5(view))) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for table, definition in trino_export_tables().values() if table not in present -%}
        {%- do statements.append(definition) -%}
    {%- endfor -%}
    {{ statements | join(';\n') }}
{%- endmacro %}

{#
    The raw tables by the name that models know: the name of the table over the files,
    and the statements that make it and the view over it.
#}
{% macro trino_raw_tables() -%}
    {%- set tables = {} -%}
    {%- for name, format, folder, leaf, file, columns in raw_tables() -%}
        {%- set definition = trino_raw_definition(format, folder, leaf, columns) -%}
        {%- set table = trino_hive_table('raw', name ~ '_files', definition) -%}
        {#- Other files lie beside one that is named: orders beside the manifest. -#}
        {%- set only = none if '*' in file else '/' ~ file -%}
        {%- set view = trino_raw_view(name, table, columns, only) -%}
        {%- do tables.update({
            name: (table, 'create table if not exists ' ~ table ~ ' ' ~ definition, view)
        }) -%}
    {%- endfor -%}
    {%- do return(tables) -%}
{%- endmacro %}

{# The name of a Hive table, which another definition does not have. #}
{% macro trino_hive_table(schema, name, definition) -%}
    {%- do return('hive.' ~ schema ~ '.' ~ name ~ '_' ~ local_md5(definition)[:12]) -%}
{%- endmacro %}

{# Tables and views of the schemas raw and export by name: schema and comment. #}
{% macro trino_hive_tables() -%}
    {%- set tables = {} -%}
    {%- for schema, name, comment in run_query(
        "select schema_name, table_name, comment from system.metadata.table_comments "
        ~ "where catalog_name = 'hive' and schema_name in ('raw', 'export')"
    ).rows -%}
        {%- do tables.update({
            'hive.' ~ schema ~ '.' ~ name: {'schema': schema, 'comment': comment}
        }) -%}
    {%- endfor -%}
    {%- do return(tables) -%}
{%- endmacro %}

{# A Hive schema whose tables, where they name no place, lie in a folder of the lake. #}
{% macro trino_schema(name, folder) -%}
    create schema if not exists hive.{{ name }} with (location = '{{ lake_path(folder) }}')
{%- endmacro %}

{#
    Columns and properties of an external table over day folders.

    folder, leaf: the files lie in <lake>/<folder>/<date>/<leaf>
    columns:      pairs of name and type
#}
{% macro trino_raw_definition(format, folder, leaf, columns) -%}
    (
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
{% macro trino_raw_view(name, table, columns, only=none) -%}
    create or replace view hive.raw.{{ name }} comment 'COMMENT' security invoker as
    select
        {% for column, _ in columns %}{{ column }}, {% endfor -%}
        "$path" as file_path,
        business_date
    from {{ table }}
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
