with exceptions as (
    select * from {{ ref('int_exceptions_in_files') }}
    union all
    select * from {{ ref('int_exceptions_in_orders') }}
    union all
    select * from {{ ref('int_exceptions_in_stock') }}
    union all
    select * from {{ ref('int_exceptions_in_sites') }}
    union all
    select * from {{ ref('int_exceptions_in_rules') }}
    union all
    select * from {{ ref('int_exceptions_in_needs') }}
    union all
    select * from {{ ref('int_exceptions_in_demand') }}
    union all
    select * from {{ ref('int_exceptions_in_supplier_orders') }}
),

codes as (
    select * from {{ ref('exception_codes') }}
),

-- A code that the seed does not know still comes out, and fails its data test.
graded as (
    select
        exceptions.code,
        cast(codes.severity as varchar) as severity,
        exceptions.sku_id,
        exceptions.supplier_id,
        exceptions.store_id,
        exceptions.warehouse_id,
        exceptions.file_name,
        exceptions.quantity,
        cast({{ filled_message('codes.message', 'exceptions.arguments') }} as varchar)
            as message,
        exceptions.business_date
    from exceptions
    left join codes
        on
            exceptions.code = codes.code
            and exceptions.scope = codes.scope
)

select * from graded
