with needs as (
    select * from {{ ref('int_needs_netted') }}
    where net_demand > 0
),

products as (
    select
        *,
        {{ without_case_and_blanks('status') }} as plain_status,
        {{ without_case_and_blanks('status') }}
        in ({{ list_variable('statuses_not_bought', plain=true) | join(', ') }})
            as is_not_bought
    from {{ ref('stg_master__products') }}
),

chosen_suppliers as (
    select * from {{ ref('int_suppliers_chosen') }}
),

suppliers as (
    select * from {{ ref('stg_master__suppliers') }}
    -- The id becomes the name of a file, beside manifest.json.
    where {{ is_id('supplier_id') }} and lower(supplier_id) <> 'manifest'
),

matched as (
    select
        needs.*,
        products.name,
        products.unit,
        products.pack_size,
        chosen_suppliers.supplier_id,
        chosen_suppliers.unit_price,
        products.sku_id is not null as is_known_sku,
        products.plain_status,
        products.is_not_bought,
        suppliers.supplier_id is not null as is_known_supplier,
        cast(greatest(needs.net_demand, needs.moq) as decimal(38, 3))
            as quantity_after_moq
    from needs
    left join products on needs.sku_id = products.sku_id
    left join chosen_suppliers on needs.sku_id = chosen_suppliers.sku_id
    left join suppliers on chosen_suppliers.supplier_id = suppliers.supplier_id
),

rounded as (
    select
        *,
        cast(
            case
                when pack_size > 0
                    then {{ round_up_to_multiple('quantity_after_moq', 'pack_size') }}
            end as decimal(38, 3)
        ) as rounded_quantity
    from matched
),

-- The first reason that applies explains the missing line; null means: order it.
decisions as (
    select
        *,
        is_known_sku and plain_status <> 'active' and not is_not_bought
            as has_unknown_status,
        cast(
            case
                when not is_known_sku then 'unknown_sku'
                when is_not_bought then 'discontinued_sku'
                when pack_size is null or pack_size <= 0 then 'invalid_pack_size'
                when supplier_id is null then 'missing_supplier'
                when not is_known_supplier then 'unknown_supplier'
                when
                    not ({{ fits_quantity('net_demand') }})
                    or not ({{ fits_quantity('rounded_quantity') }})
                    then 'quantity_overflow'
            end as varchar
        ) as refusal_code
    from rounded
)

select * from decisions
