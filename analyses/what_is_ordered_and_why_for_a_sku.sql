-- How has this SKU been planned over the dates, and where did each quantity come from?
-- The last column says what else was reported about it on the date.
with question as (
    select 'SKU-00001' as sku_id
),

net_demand as (
    select * from {{ ref('fct_net_demand') }}
),

order_lines as (
    select * from {{ ref('fct_supplier_order_lines') }}
),

exceptions as (
    select distinct
        business_date,
        sku_id,
        code
    from {{ ref('fct_exceptions') }}
    where sku_id is not null
),

codes_on_date as (
    select
        business_date,
        sku_id,
        array_agg(code order by code) as codes
    from exceptions
    group by business_date, sku_id
),

history as (
    select
        net_demand.business_date,
        net_demand.demand,
        net_demand.safety_stock,
        net_demand.available,
        net_demand.reserved,
        net_demand.on_order,
        net_demand.net_demand,
        net_demand.moq,
        order_lines.pack_size,
        order_lines.ordered_quantity,
        order_lines.surplus,
        order_lines.supplier_id,
        order_lines.line_amount,
        codes_on_date.codes
    from net_demand
    inner join question on net_demand.sku_id = question.sku_id
    left join order_lines
        on
            net_demand.business_date = order_lines.business_date
            and net_demand.sku_id = order_lines.sku_id
    left join codes_on_date
        on
            net_demand.business_date = codes_on_date.business_date
            and net_demand.sku_id = codes_on_date.sku_id
)

select * from history
order by business_date desc
