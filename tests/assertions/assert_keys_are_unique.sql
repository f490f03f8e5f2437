-- A second row of a key would be joined to everything that the first one is: demand
-- would be bought twice, or an order sent to two suppliers. The marts test their own
-- keys; all others are here in one statement, because on Trino that is what a test
-- costs.
{%- set keys = [
    ('base_publication__dates', ['business_date', 'published_date']),
    ('stg_master__products', ['sku_id']),
    ('stg_master__suppliers', ['supplier_id']),
    ('stg_master__product_suppliers', ['sku_id', 'supplier_id']),
    ('stg_master__replenishment_rules', ['sku_id']),
    ('stg_master__stores', ['store_id']),
    ('stg_master__warehouses', ['warehouse_id']),
    ('stg_publication__demand', ['business_date', 'version', 'sku_id']),
    ('stg_publication__order_lines', ['business_date', 'version', 'sku_id']),
    ('stg_publication__files', ['business_date', 'version', 'feed', 'sha256']),
    ('stg_publication__snapshots', ['business_date', 'version', 'warehouse_id', 'part']),
    ('stg_publication__volumes',
        ['business_date', 'version', 'check_name', 'scope_kind', 'scope_id']),
    ('int_history_used', ['purpose', 'used_date']),
    ('int_suppliers_chosen', ['sku_id']),
    ('int_stock_snapshots_deduplicated', ['business_date', 'warehouse_id', 'sku_id']),
    ('int_sites_delivered', ['business_date', 'site_kind', 'site_id']),
] %}
{% for name, key in keys %}
select
    '{{ name }}' as model_name,
    cast({{ key | last }} as varchar) as last_of_key,
    count(*) as row_count
from {{ get_where_subquery(ref(name)) }}
group by {{ key | join(', ') }}
having count(*) > 1
{{ 'union all' if not loop.last }}
{% endfor %}
