{#
    Demand as spikes compare it: what passes a thousand times what an order can carry
    counts as that much, so that no product of it passes 38 digits, whatever the rule
    variables.

    demand:  decimal(38,3), 0 or more
    returns: decimal(38,3)
#}
{% macro compared_demand(demand) -%}
    least({{ demand }}, cast('1000000000000000000' as decimal(38, 3)))
{%- endmacro %}
