{#
    Rows of a model that share their key with others, or of which a claim does not hold:
    both in one statement, because on Trino that is what a test costs.

    key:        columns that no two rows share; nulls are equal to each other
    expression: what holds for every row; unknown counts as broken
#}
{% test rows_are_sound(model, key, expression) %}
with numbered as (
    select
        *,
        count(*) over (partition by {{ key | join(', ') }}) as rows_of_key
    from {{ model }}
)

select * from numbered
where rows_of_key > 1 or not coalesce({{ expression }}, false)
{% endtest %}
