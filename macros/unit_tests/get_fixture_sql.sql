{#
    Rows given to a unit test, with every column of the input. Overrides dbt's macro of
    this name, which asks the database for the columns.

    rows:    list of mappings; a column that a row does not name is null
    returns: a select
#}
{% macro get_fixture_sql(rows, column_name_to_data_types) -%}
    {%- set columns = adapter.get_columns_in_relation(this.incorporate(type='cte')) -%}
    {{ typed_rows(rows, columns, model.name) }}
{%- endmacro %}

{#
    Rows as a select in which each value has its column's type.

    rows:    list of mappings by name of a column
    columns: dbt's columns, all of them, in the order of the select
    name:    of the input, for messages
    A value is written as text and cast, so that no digit is lost; a list is an array of
    rows, each a mapping with all of a row's fields in their order.
    raises:  a row that names another column; in the database, a value that its type
             cannot hold
#}
{% macro typed_rows(rows, columns, name) -%}
    {%- set names = columns | map(attribute='name') | list -%}
    {%- for row in rows -%}
        {%- for given in row if given not in names -%}
            {{ exceptions.raise_compiler_error(
                "The unit test gives or expects a column " ~ given ~ " of " ~ name
                ~ ", whose columns are " ~ names | join(', ')
            ) }}
        {%- endfor -%}
    {%- endfor -%}
    {%- for row in rows or [{}] %}
    select
        {% for column in columns -%}
        cast({{ fixture_value(row.get(column.name)) }} as {{ column.dtype }}) as {{ column.quoted }}
        {{- ', ' if not loop.last }}
        {%- endfor %}
    {{ 'where false' if not rows }}
    {{ 'union all' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# A value of a fixture as an expression, for a cast to its type. #}
{% macro fixture_value(value) -%}
    {%- if value is none -%}
        null
    {%- elif value is sequence and value is not string -%}
        array[
        {%- for fields in value -%}
            row({% for field in fields.values() %}{{ fixture_value(field) }}{{ ', ' if not loop.last }}{% endfor %})
            {{- ', ' if not loop.last }}
        {%- endfor -%}
        ]
    {%- else -%}
        {{ dbt.string_literal(dbt.escape_single_quotes(value | string)) }}
    {%- endif -%}
{%- endmacro %}
