with decisions as (
    select * from {{ ref('int_replenishment_decisions') }}
    where refusal_code is null
),

numbered as (
    select
        *,
        'PO-{{ run_date() | replace("-", "") }}-' || supplier_id as order_id,
        row_number() over (partition by supplier_id order by sku_id) as line_number
    from decisions
),

order_lines as (
    select
        cast(order_id as varchar) as order_id,
        cast(line_number as bigint) as line_number,
        supplier_id,
        sku_id,
        name,
        cast(rounded_quantity as decimal(18, 3)) as ordered_quantity,
        unit,
        pack_size,
        cast(
            {{ divide_whole('rounded_quantity', 'pack_size') }} as bigint
        ) as packs,
        unit_price,
        cast(rounded_quantity * unit_price as decimal(38, 2)) as line_amount,
        demand,
        safety_stock,
        available,
        reserved,
        on_order,
        open_quantity,
        cast(net_demand as decimal(18, 3)) as net_demand,
        moq,
        cast(quantity_after_moq as decimal(18, 3)) as quantity_after_moq,
        cast(rounded_quantity - net_demand as decimal(18, 3)) as surplus,
        business_date
    from numbered
)

select * from order_lines
