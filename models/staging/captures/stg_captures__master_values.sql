with master_values as (
    {% for table, columns, key_length in master_data_tables() %}
    {% set is_last_table = loop.last %}
    {% for column in columns[key_length:] %}
    select
        cast('{{ table }}' as varchar) as master_table,
        cast({{ columns[:key_length] | join(" || ' ' || ") }} as varchar) as row_key,
        cast('{{ column }}' as varchar) as attribute,
        cast({{ column }} as varchar) as attribute_value,
        cast(business_date as date) as business_date
    from {{ source('captures', 'master_' ~ table) }}
    {{ 'union all' if not (is_last_table and loop.last) }}
    {% endfor %}
    {% endfor %}
)

select * from master_values
