{#
    Fails with the rows for which the expression is false; null passes.

    expression:  SQL over the columns of the model; under a column, what follows
                 its name, such as ">= 0"
    column_name: given by dbt when the test stands under a column
#}
{% test expression_is_true(model, expression, column_name=none) %}
    {%- set claim = expression -%}
    {%- if column_name is not none -%}
        {%- set claim = column_name ~ ' ' ~ expression -%}
    {%- endif %}

select {{ '*' if should_store_failures() else '1' }}
from {{ model }}
where not ({{ claim }})
{% endtest %}
