{#-
    Counting rules of the caseload, each in one place: where a case is on a date, how counts are totalled over courts,
    and how far linkage error may move a count of people.
-#}

{#-
    Jurisdiction of a case on a date: M until the Crown Court receives it, C from then on. A case sent whose receipt was
    never recorded is the Crown Court's from the day it was sent.
-#}
{%- macro jurisdiction_on(on_date, crown_received_date, sent_to_crown_date) -%}
    case when coalesce({{ crown_received_date }}, {{ sent_to_crown_date }}) <= {{ on_date }} then 'C' else 'M' end
{%- endmacro -%}


{#-
    Rows of a relation with columns `jurisdiction` and `court_code` as they are, and once more for every total: all courts
    of the jurisdiction, all courts of both. Grouped, they give each row and its totals alike, so that what is not
    additive (people) is counted afresh in every total.
-#}
{%- macro with_totals(relation, columns) -%}
    {%- for jurisdiction, court_code in [('jurisdiction', 'court_code'), ('jurisdiction', "'ALL'"), ("'ALL'", "'ALL'")] %}
    select
        {{ columns | join(', ') }},
        {{ jurisdiction }} as jurisdiction,
        {{ court_code }} as court_code
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro -%}


{#-
    The columns persons_low and persons_high: how few and how many people the appearances may be, given the linkage's
    error. `links` are appearances less persons: each made one person of two appearances. Were every false link undone,
    there would be links x false_link_rate more people; were every missed link made, links x m / (1 - m) fewer, where m is
    the share of true links that are missed. The rates are upper ends of their 95% intervals. Null where the linkage
    model's error has not been measured.
-#}
{%- macro persons_bounds(persons, appearances, false_link_rate, missed_link_rate) -%}
    case
        when {{ missed_link_rate }} is not null
            then cast(greatest(
                least({{ persons }}, 1),
                floor(
                    {{ persons }}
                    - ({{ appearances }} - {{ persons }}) * {{ missed_link_rate }} / nullif(1 - {{ missed_link_rate }}, 0)
                )
            ) as bigint)
    end as persons_low,
    case
        when {{ false_link_rate }} is not null
            then cast(least(
                {{ appearances }},
                ceil({{ persons }} + ({{ appearances }} - {{ persons }}) * {{ false_link_rate }})
            ) as bigint)
    end as persons_high
{%- endmacro -%}
