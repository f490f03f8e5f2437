-- An order for a supplier that nobody knows has no name, no lead time and no address:
-- it is published and never arrives. Both foreign keys in one statement, because on
-- Trino that is what a test costs.
with order_lines as (
    select * from {{ ref('fct_supplier_order_lines') }}
    where business_date = {{ run_date_literal() }}
),

products as (
    select * from {{ ref('stg_master__products') }}
),

suppliers as (
    select * from {{ ref('stg_master__suppliers') }}
),

orphans as (
    select
        order_lines.business_date,
        order_lines.order_id,
        order_lines.sku_id,
        order_lines.supplier_id,
        products.sku_id is not null as has_product,
        suppliers.supplier_id is not null as has_supplier
    from order_lines
    left join products on order_lines.sku_id = products.sku_id
    left join suppliers on order_lines.supplier_id = suppliers.supplier_id
    where products.sku_id is null or suppliers.supplier_id is null
)

select * from orphans
