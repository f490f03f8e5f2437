with terms as (
    select * from {{ ref('int_replenishment_terms') }}
    where business_date = {{ run_date_literal() }}
),

-- One row per SKU and thing that is wrong with its rules, with or without a need.
reported as (
    select
        terms.*,
        claims.claim,
        case claims.claim
            when 'safety_stock_mismatch' then snapshot_safety_stock - rule_safety_stock
            when 'safety_stock' then given_safety_stock
            when 'moq' then given_moq
        end as figure
    from terms
    cross join
        unnest(array[
            case
                when rule_safety_stock <> snapshot_safety_stock
                    then 'safety_stock_mismatch'
            end,
            case when given_safety_stock < 0 then 'safety_stock' end,
            case when given_moq < 0 then 'moq' end
        ]) as claims (claim)
    where claims.claim is not null
),

exceptions as (
    select
        {{ exception_columns(
            code="case when claim = 'safety_stock_mismatch' then claim else 'negative_rule' end",
            sku_id='sku_id',
            quantity='figure',
            arguments={
                'rule': plain_number('rule_safety_stock'),
                'snapshot': plain_number('snapshot_safety_stock'),
                'name': 'claim',
                'figure': plain_number('figure'),
            },
        ) }}
    from reported
)

select * from exceptions
