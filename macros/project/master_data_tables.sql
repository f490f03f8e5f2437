{#
    The master data tables: name, names of the columns, and how many of them, from the
    first, are the key. Their types stand in staging; in the captures every value is
    text or null.
#}
{% macro master_data_tables() -%}
    {%- do return([
        ('products', ['sku_id', 'name', 'pack_size', 'unit', 'status'], 1),
        ('suppliers', ['supplier_id', 'name', 'lead_time_days', 'currency', 'min_order_value'], 1),
        ('product_suppliers', ['sku_id', 'supplier_id', 'priority', 'unit_price'], 2),
        ('replenishment_rules', ['sku_id', 'moq', 'safety_stock'], 1),
        ('stores', ['store_id', 'name', 'region'], 1),
        ('warehouses', ['warehouse_id', 'name', 'region', 'capacity'], 1)
    ]) -%}
{%- endmacro %}
