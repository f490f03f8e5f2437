{#
    What a generic test looks at: of a table that keeps every date, the rows of the
    run date; without a run date, or of anything else, all rows.

    Overrides dbt's macro of this name. A test's own `where` is rendered when the
    project is parsed, not when the test runs, so it cannot know the run date of a
    window of dates; a nightly test must not reread the whole history either.
#}
{% macro get_where_subquery(relation) -%}
    {%- set where = config.get('where', '') -%}
    {%- set keeps_dates = execute and tables_that_keep_dates()
        | selectattr('alias', 'equalto', relation.identifier) | list -%}
    {%- set conditions = [] -%}
    {%- if where -%}
        {%- do conditions.append(where) -%}
    {%- endif -%}
    {%- if keeps_dates and var('run_date', none) is not none -%}
        {%- do conditions.append('business_date = ' ~ run_date_literal()) -%}
    {%- endif -%}
    {%- if conditions -%}
        {%- do return('(select * from ' ~ relation ~ ' where '
            ~ conditions | join(' and ') ~ ') dbt_subquery') -%}
    {%- endif -%}
    {%- do return(relation) -%}
{%- endmacro %}
