{#
    How incremental models are built: the table is made once, empty, and each build
    replaces the rows of the run date by those of the model's own SQL, in one commit.

    The adapters' own materializations make a temporary relation, read its columns again
    and again and drop it: eight statements instead of one, and on Trino a view that two
    runs at once would take from each other. This one knows the strategy replace_date and
    enforced contracts alone, and no full refresh, which would leave one date of all. A
    contract is checked when the table is made, and by the types of the rows after that.

    meta.stored_as: files, and DuckDB keeps each date as a Parquet file of the lake below
                    warehouse/<schema>.<model>/ and a view over them: rows that are only
                    scanned are written twice as fast, and no date makes another one
                    slower.
#}
{% materialization incremental, adapter='trino', supported_languages=['sql'] %}
    {{ return({'relations': [replace_date(sql)]}) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb', supported_languages=['sql'] %}
    {%- set relation = replace_date(sql) -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{% macro replace_date(sql) -%}
    {%- if config.get('incremental_strategy') != 'replace_date'
        or not config.get('contract').enforced -%}
        {{ exceptions.raise_compiler_error(
            "Incremental models of this project are built with "
            ~ "incremental_strategy='replace_date' and an enforced contract"
        ) }}
    {%- endif -%}
    {%- set is_stored_as_files = stored_as_files(model) -%}
    {%- set target_relation = this.incorporate(
        type='view' if is_stored_as_files else 'table') -%}
    {%- set existing = target_relation if var('tables_are_made', false)
        else load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if existing is not none and existing.type != target_relation.type -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- set existing = none -%}
    {%- endif -%}
    {%- if existing is none and not is_stored_as_files -%}
        {%- call statement('create') -%}
            {{ get_assert_columns_equivalent(sql) }}
            create table {{ target_relation }}
            {{ properties() if target.type == 'trino' }}
            as select * from ({{ get_select_subquery(sql) }}) where false
        {%- endcall -%}
    {%- endif -%}
    {%- set columns = model.columns.values() | map(attribute='name') | join(', ') -%}
    {%- call statement('main') -%}
        {%- if is_stored_as_files -%}
            {{ duckdb__write_date_sql(target_relation, sql, columns) }}
        {%- else -%}
            {{ adapter.dispatch('replace_date_sql')(
                target_relation, '(' ~ sql ~ ')', columns) }}
        {%- endif -%}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do return(target_relation) -%}
{%- endmacro %}

{# Whether a model's dates are files of the lake rather than rows of a table. #}
{% macro stored_as_files(node) -%}
    {%- do return(target.type == 'duckdb'
        and node.config.get('meta', {}).get('stored_as') == 'files') -%}
{%- endmacro %}

{#
    The file appears under its name when it is whole. DuckDB makes a folder only for a
    copy that is divided into folders, and finds a date's folder by a condition on it.
#}
{% macro duckdb__write_date_sql(relation, sql, columns) -%}
    {%- set place = 'warehouse/' ~ relation.schema ~ '.' ~ relation.identifier -%}
    {%- set folder = lake_path(place) -%}
    {%- set date_folder = folder ~ '/business_date=' ~ run_date() -%}
    copy (select '' as folder, {{ run_date_literal() }} as business_date)
    to '{{ folder }}' (
        format csv, partition_by (business_date), overwrite_or_ignore true,
        file_extension 'folder'
    );
    copy (select * exclude (business_date) from ({{ sql }}) as built)
    to '{{ date_folder }}/rows.parquet' (format parquet);
    create or replace view {{ relation }} as
    select {{ columns }}
    from read_parquet(
        '{{ lake_path(place ~ '/*/rows.parquet', pattern=true) }}',
        hive_partitioning = true, hive_types = {'business_date': date}
    )
{%- endmacro %}

{#
    Statements that replace the rows of the run date, and no others, also when there are
    none: dbt's own delete+insert deletes only keys that the new rows have, so a date
    whose exceptions have all been cured would keep them.

    source: a relation, or a select in brackets. Both statements run in dbt's transaction
            around the model.
#}
{% macro duckdb__replace_date_sql(target, source, columns) -%}
    delete from {{ target }} where business_date = {{ run_date_literal() }};
    insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ source }}
{%- endmacro %}

{#
    One MERGE, one snapshot: readers see the old rows of the date or the new ones,
    never none and never both. It needs no key: a single row of the source matches
    every row of the date and deletes it; the new rows match nothing and are inserted.
#}
{% macro trino__replace_date_sql(target, source, columns) -%}
    {%- set names = columns.split(', ') -%}
    merge into {{ target }} as present
    using (
        select {{ columns }}, cast(null as date) as replaced_date from {{ source }}
        union all
        select {% for _ in names %}null, {% endfor %}{{ run_date_literal() }}
    ) as given
    on
        present.business_date = {{ run_date_literal() }}
        and present.business_date = given.replaced_date
    when matched then delete
    when not matched and given.replaced_date is null then
        insert ({{ columns }})
        values ({% for name in names %}given.{{ name }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# dbt's schema, in the lake's warehouse. #}
{% macro trino__create_schema(relation) -%}
    {%- call statement('create_schema') -%}
        create schema if not exists {{ relation.without_identifier() }}
        with (location = '{{ lake_path('warehouse/' ~ relation.schema) }}')
    {%- endcall -%}
{%- endmacro %}
