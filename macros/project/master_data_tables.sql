{#
    The master data tables: name, and names of the columns, as the capture in the lake
    has them. Their types stand in staging; in the files every value is text or null.
#}
{% macro master_data_tables() -%}
    {%- do return([
        ('products', ['sku_id', 'name', 'pack_size', 'unit', 'status']),
        ('suppliers', ['supplier_id', 'name', 'lead_time_days', 'currency', 'min_order_value']),
        ('product_suppliers', ['sku_id', 'supplier_id', 'priority', 'unit_price']),
        ('replenishment_rules', ['sku_id', 'moq', 'safety_stock']),
        ('stores', ['store_id', 'name', 'region']),
        ('warehouses', ['warehouse_id', 'name', 'region', 'capacity'])
    ]) -%}
{%- endmacro %}
