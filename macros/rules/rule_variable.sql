{#
    A number among the rule variables, as a SQL decimal, checked before it reaches SQL.

    name:    of a dbt variable, such as spike_sigma
    returns: decimal '...', zero or more
#}
{% macro decimal_variable(name) -%}
    {%- set text = var(name) | string -%}
    {%- if not modules.re.match('[0-9]{1,6}(\.[0-9]{1,3})?\Z', text) -%}
        {{ exceptions.raise_compiler_error(
            "The variable " ~ name ~ " is " ~ tojson(text) ~ ": give a number of at "
            ~ "most 6 digits and 3 decimals, for example " ~ name ~ ": 2"
        ) }}
    {%- endif -%}
    decimal '{{ text }}'
{%- endmacro %}

{#
    A count among the rule variables, as a SQL integer, checked before it reaches SQL.

    name:    of a dbt variable, such as spike_window_days
    returns: digits
#}
{% macro integer_variable(name) -%}
    {%- set text = var(name) | string -%}
    {%- if not modules.re.match('[0-9]{1,4}\Z', text) -%}
        {{ exceptions.raise_compiler_error(
            "The variable " ~ name ~ " is " ~ tojson(text) ~ ": give a whole number "
            ~ "of at most 4 digits, for example " ~ name ~ ": 28"
        ) }}
    {%- endif -%}
    {{ text }}
{%- endmacro %}

{#
    A switch among the rule variables, checked.

    name:    of a dbt variable, such as net_open_orders
    returns: true or false, for an {% if %}
#}
{% macro boolean_variable(name) -%}
    {%- set value = var(name) -%}
    {%- if value is not boolean -%}
        {{ exceptions.raise_compiler_error(
            "The variable " ~ name ~ " is " ~ tojson(value | string)
            ~ ": give true or false."
        ) }}
    {%- endif -%}
    {%- do return(value) -%}
{%- endmacro %}

{#
    A list of texts among the rule variables, checked before it reaches SQL.

    name:    of a dbt variable, such as hold_codes
    plain:   without case and blanks, to be compared with what is without them, too
    returns: a list of SQL literals for `in (...)`; of an empty one an empty text
#}
{% macro list_variable(name, plain=false) -%}
    {%- set texts = var(name) -%}
    {%- set literals = [] -%}
    {%- set is_list = texts is sequence and texts is not string and texts is not mapping -%}
    {%- for text in (texts if is_list else []) if text is string
        and modules.re.match("[^\x00-\x20\x7f'][^\x00-\x1f\x7f']{0,63}\Z", text) -%}
        {%- set literal = "'" ~ text ~ "'" -%}
        {%- do literals.append(without_case_and_blanks(literal) if plain else literal) -%}
    {%- endfor -%}
    {%- if not is_list or literals | length != texts | length -%}
        {{ exceptions.raise_compiler_error(
            "The variable " ~ name ~ " is " ~ tojson(texts | string) ~ ": give a list of "
            ~ "texts of at most 64 characters without quotes and blanks in front, for "
            ~ "example " ~ name ~ ": [EA, PC]"
        ) }}
    {%- endif -%}
    {%- do return(literals or ["''"]) -%}
{%- endmacro %}
