{#-
    How far a row can be trusted to be whole: the column `coverage` of a mart. Which feeds the mart cannot do without stands
    with its model (`meta.coverage`), what each of them covers in `conformed.coverage_months`.
-#}

{#-
    The column, as an expression. `period` is a day of the row's `grain`: month, quarter, or the last of four_quarters.
    What lies before every month that is known is before the first extract; what lies after is provisional, and so is what
    has no date, unless it is a state of affairs now (`or_now`). A row that is of one court or force gives its code
    (`area`), and is as that place is where the place alone was missing.
-#}
{%- macro coverage(period, grain, or_now=false, area=none, area_type='court') -%}
    {%- set start = justice.quarter_start(period) if 'quarter' in grain else justice.month_start(period) -%}
    coalesce(
        {%- if area is not none %}
        {{ justice.coverage_of_area(start, grain, "'" ~ area_type ~ "'", area) }},
        {%- endif %}
        {{ justice.coverage_of_area(start, grain, "'all'", "'all'") }},
        case
            {%- if or_now %}
            when {{ period }} is null then {{ justice.coverage_now() }}
            {%- endif %}
            when {{ start }} < (
                select min(mart_coverage.period_start)
                from {{ ref('mart_coverage') }} as mart_coverage
                where mart_coverage.period_type = '{{ grain }}'
            ) then 'before_first_extract'
            else 'provisional'
        end
    )
{%- endmacro -%}


{#- What `mart_coverage` says of a place and a period; null if it says nothing. -#}
{%- macro coverage_of_area(start, grain, area_type, area) -%}
    (
        select max(mart_coverage.coverage)
        from {{ ref('mart_coverage') }} as mart_coverage
        where
            mart_coverage.mart = '{{ this.name }}'
            and mart_coverage.area_type = {{ area_type }}
            and mart_coverage.area_code = {{ area }}
            and mart_coverage.period_type = '{{ grain }}'
            and mart_coverage.period_start = {{ start }}
    )
{%- endmacro -%}


{#- The same of what is so now: that of the last month that is over. -#}
{%- macro coverage_now() -%}
    coalesce(
        (
            select max(mart_coverage.coverage)
            from {{ ref('mart_coverage') }} as mart_coverage
            where
                mart_coverage.mart = '{{ this.name }}'
                and mart_coverage.area_type = 'all'
                and mart_coverage.period_type = 'now'
        ),
        'provisional'
    )
{%- endmacro -%}


{#- Query of mart, agency and feed: every feed that a mart says it cannot do without, read from dbt's own graph. -#}
{%- macro needed_feeds() -%}
    {%- set rows = [] -%}
    {%- if execute -%}
        {#- In a unit test there is no graph. -#}
        {%- for node in (graph.get('nodes') or {}).values() | sort(attribute='unique_id') -%}
            {%- if node.resource_type == 'model' -%}
                {%- for key in node.config.meta.get('coverage', []) -%}
                    {%- do rows.append((node.name, key.split('/')[0], key.split('/')[1])) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if not rows -%}
        {#- The graph is not known while dbt parses; then nothing is run. -#}
        {%- do rows.append(('none', 'none', 'none')) -%}
    {%- endif -%}
    {%- for mart, agency, feed in rows %}
    select
        '{{ mart }}' as mart,
        '{{ agency }}' as agency,
        '{{ feed }}' as feed
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro -%}
