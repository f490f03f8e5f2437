{#
    Whether a quantity of sums still fits what an order can carry, decimal(18,3).

    quantity: decimal(38,3), zero or more
    returns:  boolean
#}
{% macro fits_quantity(quantity) -%}
    {{ quantity }} <= decimal '999999999999999.999'
{%- endmacro %}
