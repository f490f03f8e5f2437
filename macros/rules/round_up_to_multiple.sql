{#
    Smallest multiple of `multiple` that covers `quantity`, in exact arithmetic.

    quantity, multiple: decimals in the same unit; quantity >= 0, multiple > 0
    returns:            decimal, quantity <= result < quantity + multiple
    No division: at scale 0, 13 / 12 is already 1 before ceil() could see it.
#}
{% macro round_up_to_multiple(quantity, multiple) -%}
    ({{ quantity }} + mod({{ multiple }} - mod({{ quantity }}, {{ multiple }}), {{ multiple }}))
{%- endmacro %}
