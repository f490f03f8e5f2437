{#
    A message, its template filled with values.

    template:  expression; text with up to 8 places. {name} stands for a value, and the
               message is null without it. { before|name|after} stands for the value
               between two texts, and for nothing without it.
    arguments: expression; the values by name, as json_of_texts writes them
    returns:   varchar
    The template is cut at its places and never read again, so that a value may hold
    braces itself.
#}
{% macro filled_message(template, arguments) -%}
    split_part({{ template }}, '{', 1)
    {%- for number in range(2, 10) %}
    {%- set part = "split_part(" ~ template ~ ", '{', " ~ number ~ ")" -%}
    {%- set place = "split_part(" ~ part ~ ", '}', 1)" -%}
    {%- set text = "split_part(" ~ part ~ ", '}', 2)" %}
        || case
            when coalesce({{ part }}, '') = '' then ''
            when {{ place }} like '%|%'
                then
                    coalesce(
                        split_part({{ place }}, '|', 1)
                        || {{ text_of_json(arguments, "split_part(" ~ place ~ ", '|', 2)") }}
                        || coalesce(split_part({{ place }}, '|', 3), ''),
                        ''
                    ) || {{ text }}
            else {{ text_of_json(arguments, place) }} || {{ text }}
        end
    {%- endfor %}
{%- endmacro %}
