{#
    A place in the lake, as text for a SQL literal.

    path:    from the lake's root, without a leading slash; may hold * as a pattern
    pattern: whether the engine reads the text as a pattern; then the characters of
             the root that would mean something in one are made to mean themselves
    returns: text, quotes doubled
#}
{% macro lake_path(path, pattern=false) -%}
    {%- set root = env_var('PROCUREMENT_LAKE', 'lake') -%}
    {%- if pattern -%}
        {%- set root = modules.re.sub('([*?\[])', '[\\1]', root) -%}
    {%- endif -%}
    {%- do return((root ~ '/' ~ path) | replace("'", "''")) -%}
{%- endmacro %}
