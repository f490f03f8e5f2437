{#
    The columns of one quality check, in one order, for a `select`.

    all are SQL expressions. check_name is one of those that fct_quality_checks
                describes; is_off is whether the value is beyond its threshold,
                null when that cannot be told; severity is what it then amounts to,
                warning or error
#}
{% macro quality_check_columns(
    check_name, scope_kind, scope_id, value, is_off, message, severity="'warning'",
    scope_name='null', expected='null', threshold='null'
) -%}
        cast({{ check_name }} as varchar) as check_name,
        cast({{ scope_kind }} as varchar) as scope_kind,
        cast({{ scope_id }} as varchar) as scope_id,
        cast({{ scope_name }} as varchar) as scope_name,
        cast({{ value }} as decimal(38, 3)) as value,
        cast({{ expected }} as decimal(38, 3)) as expected,
        cast({{ threshold }} as decimal(38, 3)) as threshold,
        {{ is_off }} as is_off,
        {{ severity }} as severity,
        cast({{ message }} as varchar) as message
{%- endmacro %}
