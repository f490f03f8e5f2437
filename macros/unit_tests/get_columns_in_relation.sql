{#
    Columns of a relation. Overrides dbt's macro of this name: of one that is only a
    common table expression, as every input of a unit test is, those that its YAML
    declares; of any other those of the database.

    Unit tests then need no table, on any engine. The adapter calls this macro with
    the whole project at hand, where a unit test by itself sees its own nodes alone.
#}
{% macro get_columns_in_relation(relation) -%}
    {%- if relation.is_cte -%}
        {%- do return(declared_columns(relation)) -%}
    {%- endif -%}
    {%- do return(adapter.dispatch('get_columns_in_relation', 'dbt')(relation)) -%}
{%- endmacro %}

{#
    Columns that the YAML of a source, model or seed declares, in its order.

    relation: of the source, model or seed
    returns:  list of dbt's columns
    raises:   a column without a data_type, or a relation without columns
#}
{% macro declared_columns(relation) -%}
    {%- set columns = [] -%}
    {%- for node in graph.sources.values() | list + graph.nodes.values() | list
        if node.resource_type in ['source', 'model', 'seed', 'snapshot']
        and node.schema == relation.schema
        and (node.identifier or node.alias) == relation.identifier -%}
        {%- for column in node.columns.values() -%}
            {%- if not column.data_type -%}
                {{ exceptions.raise_compiler_error(
                    "The column " ~ column.name ~ " of " ~ node.name
                    ~ " has no data_type: declare it in " ~ node.patch_path
                ) }}
            {%- endif -%}
            {%- do columns.append(api.Column.create(column.name, column.data_type)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not columns -%}
        {{ exceptions.raise_compiler_error(
            "No YAML of the project declares columns of " ~ relation
        ) }}
    {%- endif -%}
    {%- do return(columns) -%}
{%- endmacro %}
