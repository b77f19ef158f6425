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
    The day the court's register closed a case; null while it is open. A register that says closed and not since when
    closed it by the day of the record, in London. `cases` is an alias of the staged cases.
-#}
{%- macro case_closed_date(cases) -%}
    case
        when {{ cases }}.case_status = 'CLOSED'
            then coalesce({{ cases }}.closed_date, {{ justice.london_date(cases ~ '.last_updated_at') }})
    end
{%- endmacro -%}


{#-
    How long a case has been open, in the bands of Criminal Court Statistics Quarterly, from whole days. A week is 7 days,
    six months 182 (26 weeks), a year 365; each band includes its lower limit only.
-#}
{%- macro age_band_weeks(age_days) -%}
    case
        when {{ age_days }} < 0 then 'unknown'
        when {{ age_days }} < 28 then 'under_4_weeks'
        when {{ age_days }} < 56 then '4_to_8_weeks'
        when {{ age_days }} < 84 then '8_to_12_weeks'
        when {{ age_days }} < 112 then '12_to_16_weeks'
        when {{ age_days }} < 140 then '16_to_20_weeks'
        when {{ age_days }} < 182 then '20_to_26_weeks'
        when {{ age_days }} < 365 then '6_months_to_1_year'
        when {{ age_days }} < 730 then '1_to_2_years'
        when {{ age_days }} >= 730 then '2_years_or_more'
        else 'unknown'
    end
{%- endmacro -%}


{#-
    Rows of a relation as they are, and once more for every total. Grouped, they give each row and its totals alike, so
    that what is not additive (people, medians) is counted afresh in every total.

    `totals` lists them, each as the value its columns take (`{'court_code': 'ALL'}` is all courts of a jurisdiction, an
    offence group and so on); `columns` are the columns no total touches. The usual totals are all courts of each
    jurisdiction, and all courts of both.
-#}
{%- macro with_totals(
    relation, columns, totals=[{'court_code': 'ALL'}, {'jurisdiction': 'ALL', 'court_code': 'ALL'}]
) -%}
    {%- set totalled = [] -%}
    {%- for total in totals -%}
        {%- for column in total if column not in totalled -%}
            {%- do totalled.append(column) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for total in [{}] + totals %}
    select
        {{ columns | join(', ') }}
        {%- for column in totalled | sort %},
        {{ "'" ~ total[column] ~ "' as " if column in total }}{{ column }}
        {%- endfor %}
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
