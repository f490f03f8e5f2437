with decisions as (
    select * from {{ ref('int_replenishment_decisions') }}
),

-- By what is left of an id without what tills and spreadsheets change of it.
products_by_plain_id as (
    select
        {{ without_case_and_zeros('sku_id') }} as plain_sku_id,
        min(sku_id) as nearly
    from {{ ref('stg_master__products') }}
    group by {{ without_case_and_zeros('sku_id') }}
),

-- One row per SKU that is needed and thing to know about its order, or why it has none.
reported as (
    select
        decisions.*,
        products_by_plain_id.nearly,
        codes.code
    from decisions
    left join products_by_plain_id
        on
            decisions.refusal_code = 'unknown_sku'
            and {{ without_case_and_zeros('decisions.sku_id') }}
            = products_by_plain_id.plain_sku_id
    cross join
        unnest(array[
            case when not has_stock_record then 'no_stock_record' end,
            case when not has_replenishment_rule then 'missing_replenishment_rule' end,
            case when has_unknown_status then 'unknown_status' end,
            refusal_code,
            case
                when refusal_code is null and unit_price is null then 'missing_price'
            end,
            case
                when refusal_code is null and open_quantity > on_order
                    then 'open_order_not_netted'
            end
        ]) as codes (code)
    where codes.code is not null
),

exceptions as (
    select
        {{ exception_columns(
            code='code',
            sku_id='sku_id',
            supplier_id="case when code in ('unknown_supplier', 'missing_price', "
                ~ "'open_order_not_netted') then supplier_id end",
            quantity="case"
                ~ " when code in ('missing_supplier', 'unknown_supplier')"
                ~ " then rounded_quantity"
                ~ " when code = 'open_order_not_netted' then open_quantity"
                ~ " when code in ('unknown_status', 'quantity_overflow', 'missing_price')"
                ~ " then null else net_demand end",
            arguments={
                'net_demand': plain_number('net_demand'),
                'nearly': 'nearly',
                'status': 'plain_status',
                'open_quantity': plain_number('open_quantity'),
            },
        ) }}
    from reported
)

select * from exceptions
