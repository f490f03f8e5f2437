{#- Taken once the orders are written: figures of marts that have changed since then are
    not those of the orders. -#}
-- depends_on: {{ ref('exp_supplier_orders') }}
{{ config(meta={'partition_by': 'name', 'row': 'content'}) }}

with exceptions as (
    select * from {{ ref('fct_exceptions') }}
    where business_date = {{ run_date_literal() }}
),

demand as (
    select * from {{ ref('fct_net_demand') }}
    where business_date = {{ run_date_literal() }}
),

history_used as (
    select * from {{ ref('int_history_used') }}
),

snapshots as (
    select * from {{ ref('int_snapshots_listed') }}
),

quality_checks as (
    select * from {{ ref('fct_quality_checks') }}
    where business_date = {{ run_date_literal() }}
),

figures as (
    select * from {{ ref('exp_figures') }}
),

results as (
    {% for name, columns in [
        ('exceptions', [
            'business_date', 'code', 'severity', 'sku_id', 'supplier_id', 'store_id',
            'warehouse_id', 'file_name', 'quantity', 'message',
        ]),
        ('demand', ['sku_id', 'demand']),
        ('history_used', ['purpose', 'used_date', 'version']),
        ('quality_checks', [
            'check_name', 'scope_kind', 'scope_id', 'scope_name', 'value', 'expected',
            'threshold', 'status', 'message',
        ]),
        ('snapshots', ['warehouse_id', 'sku_ids']),
        ('figures', [
            'subject', 'key', 'status', 'row_count', 'quantity', 'amount',
            'total_amount', 'figure_count',
        ]),
    ] %}
    select
        '{{ name }}' as name,
        {{ json_document(columns) }} as content
    from {{ name }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from results
