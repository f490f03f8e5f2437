{#
    The columns of one exception for a `select`, in one order, so that all exceptions
    can be put under each other.

    code, scope: of the seed exception_codes; together they give severity and message
    arguments:   SQL expressions by the name that the message has for them
    the others:  SQL expressions; an id that is not given is null
#}
{% macro exception_columns(
    code, scope="'sku'", sku_id='null', supplier_id='null', store_id='null',
    warehouse_id='null', file_name='null', quantity='null', arguments={}
) -%}
        {{ run_date_literal() }} as business_date,
        cast({{ code }} as varchar) as code,
        cast({{ scope }} as varchar) as scope,
        cast({{ sku_id }} as varchar) as sku_id,
        cast({{ supplier_id }} as varchar) as supplier_id,
        cast({{ store_id }} as varchar) as store_id,
        cast({{ warehouse_id }} as varchar) as warehouse_id,
        cast({{ file_name }} as varchar) as file_name,
        cast({{ quantity }} as decimal(38, 3)) as quantity,
        {{ json_of_texts(arguments) if arguments else 'cast(null as varchar)' }} as arguments
{%- endmacro %}
