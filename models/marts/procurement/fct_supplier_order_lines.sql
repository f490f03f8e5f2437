with priced_lines as (
    select * from {{ ref('int_supplier_order_lines_priced') }}
),

order_lines as (
    select
        order_id,
        cast(
            row_number() over (partition by supplier_id order by sku_id) as bigint
        ) as line_number,
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
        line_amount,
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
    from priced_lines
)

select * from order_lines
