{#
    Stops a build that does not say which business date it builds.

    Runs before the first model, so the message comes once and nothing is changed.
    Unit tests, docs and tests of what is already built need no date.
#}
{% macro require_run_date() -%}
    {%- if execute and flags.WHICH in ['build', 'run'] and var('run_date', none) is none -%}
        {%- for node in selected_resources if node.startswith('model.') -%}
            {{ exceptions.raise_compiler_error(
                "run_date is missing. Say which business date to build: "
                ~ "dbt build --vars '{run_date: 2026-01-01}'"
            ) }}
        {%- endfor -%}
    {%- endif -%}
    {%- do run_date() -%}
{%- endmacro %}
