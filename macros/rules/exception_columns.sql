{#
    The columns of one exception, in the order of fct_exceptions, for a `select`.

    code, scope: of the seed exception_codes; together they give the severity
    the others:  SQL expressions; an id that is not given is null
#}
{% macro exception_columns(
    code, message, scope='sku', sku_id='null', supplier_id='null', store_id='null',
    warehouse_id='null', file_name='null', quantity='null'
) -%}
        {{ run_date_literal() }} as business_date,
        cast({{ code }} as varchar) as code,
        cast('{{ scope }}' as varchar) as scope,
        cast({{ sku_id }} as varchar) as sku_id,
        cast({{ supplier_id }} as varchar) as supplier_id,
        cast({{ store_id }} as varchar) as store_id,
        cast({{ warehouse_id }} as varchar) as warehouse_id,
        cast({{ file_name }} as varchar) as file_name,
        cast({{ quantity }} as decimal(38, 3)) as quantity,
        cast({{ message }} as varchar) as message
{%- endmacro %}
