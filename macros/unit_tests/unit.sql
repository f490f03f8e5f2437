{#
    How a unit test runs: one statement, and no table. Overrides dbt's materialization
    of this name, which makes a table to learn the columns' types, reads and drops it:
    four statements instead of one, and a name that two builds at once take from each
    other.
#}
{% materialization unit, default %}
    {%- set tested = this.incorporate(
        path={'identifier': model.tested_node_unique_id.split('.')[2]}, type='cte') -%}
    {%- set columns = adapter.get_columns_in_relation(tested) -%}
    {%- set rows = config.get('expected_rows') -%}
    {%- if rows -%}
        {#- What the first row does not name is not compared. -#}
        {%- set columns = columns | selectattr('name', 'in', rows[0].keys() | list) | list -%}
    {%- endif -%}
    {%- set expected = config.get('expected_sql')
        or typed_rows(rows, columns, tested.identifier) -%}
    {%- call statement('main', fetch_result=true) -%}
        {{ get_unit_test_sql(sql, expected, columns | map(attribute='quoted') | list) }}
    {%- endcall -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}
