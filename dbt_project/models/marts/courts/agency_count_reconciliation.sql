{%- set differences = [
    'extra_defendants', 'merged_cases', 'repeat_appearances', 'organisations', 'single_justice', 'other_prosecutors',
    'appeals', 'committals_for_sentence', 'administrative_finalisations', 'bench_warrants', 'missing_from_agency',
    'not_yet_at_agency', 'concluded_by_agency', 'missing_from_court', 'not_yet_at_court', 'concluded_at_court',
] -%}

with bridge as (
    select * from {{ ref('counting_unit_bridge') }}
),

cps_proceedings as (
    select * from {{ ref('int_cps_proceedings_at_month_ends') }}
),

court_cases as (
    select * from {{ ref('int_court_cases_at_month_ends') }}
),

month_ends as (
    select * from {{ ref('int_month_ends') }}
),

courts as (
    select * from {{ ref('courts') }}
),

-- What each record adds to its agency's own count, and to the line that tells it from the courts' defendants.
placed_records as (
    select
        snapshot_date,
        'cps' as agency,
        difference,
        case when is_live_at_cps then 1 else 0 end as counted_by_agency,
        case
            when difference = 'none' then 0
            when is_live_in_court then -1
            else 1
        end as difference_records,
        jurisdiction_code as jurisdiction,
        court_code
    from cps_proceedings
    union all
    select
        snapshot_date,
        'hmcts' as agency,
        difference,
        open_records - merged_records as counted_by_agency,
        case
            when difference = 'none' then 0
            when live_defendants > 0 then -1
            else 1
        end as difference_records,
        jurisdiction_code as jurisdiction,
        court_code
    from court_cases
    union all
    select
        snapshot_date,
        'hmcts' as agency,
        'merged_cases' as difference,
        merged_records as counted_by_agency,
        merged_records as difference_records,
        jurisdiction_code as jurisdiction,
        court_code
    from court_cases
    where merged_records > 0
),

counted_records as (
    {{ justice.with_totals(
        'placed_records',
        ['snapshot_date', 'agency', 'difference', 'counted_by_agency', 'difference_records']
    ) }}
),

-- The steps of the bridge lead from defendants to the two other units of count.
lines as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        agency,
        difference,
        sum(counted_by_agency) as counted_by_agency,
        sum(difference_records) as difference_records
    from counted_records
    group by snapshot_date, jurisdiction, court_code, agency, difference
    union all
    select
        snapshot_date,
        jurisdiction,
        court_code,
        'hmcts' as agency,
        'extra_defendants' as difference,
        0 as counted_by_agency,
        -1 * extra_defendants as difference_records
    from bridge
    union all
    select
        snapshot_date,
        jurisdiction,
        court_code,
        'moj' as agency,
        'repeat_appearances' as difference,
        persons as counted_by_agency,
        -1 * repeat_appearances_of_persons as difference_records
    from bridge
    union all
    select
        snapshot_date,
        jurisdiction,
        court_code,
        'moj' as agency,
        'organisations' as difference,
        0 as counted_by_agency,
        -1 * organisations as difference_records
    from bridge
),

agency_counts as (
    select
        snapshot_date,
        jurisdiction,
        court_code,
        agency,
        {%- for difference in differences %}
        {{ justice.sum_where('difference_records', "difference = '" ~ difference ~ "'") }} as {{ difference }},
        {%- endfor %}
        sum(counted_by_agency) as agency_count
    from lines
    group by snapshot_date, jurisdiction, court_code, agency
),

places as (
    select
        snapshot_date,
        jurisdiction,
        court_code
    from bridge
    union distinct
    select
        snapshot_date,
        jurisdiction,
        court_code
    from counted_records
),

agencies as (
    select
        'hmcts' as agency,
        'cases' as unit
    union all
    select
        'cps' as agency,
        'defendants' as unit
    union all
    select
        'moj' as agency,
        'persons' as unit
),

reconciled as (
    select
        places.snapshot_date,
        places.jurisdiction,
        places.court_code,
        agencies.agency,
        agencies.unit,
        coalesce(bridge.defendants, 0) as defendants,
        {%- for difference in differences %}
        cast(coalesce(agency_counts.{{ difference }}, 0) as bigint) as {{ difference }},
        {%- endfor %}
        cast(coalesce(agency_counts.agency_count, 0) as bigint) as agency_count
    from places
    cross join agencies
    left join agency_counts
        on
            places.snapshot_date = agency_counts.snapshot_date
            and places.jurisdiction = agency_counts.jurisdiction
            and places.court_code = agency_counts.court_code
            and agencies.agency = agency_counts.agency
    left join bridge
        on
            places.snapshot_date = bridge.snapshot_date
            and places.jurisdiction = bridge.jurisdiction
            and places.court_code = bridge.court_code
)

select
    reconciled.snapshot_date,
    reconciled.jurisdiction,
    reconciled.court_code,
    reconciled.agency,
    reconciled.unit,
    case
        when reconciled.court_code = 'ALL' then 'All courts'
        else {{ justice.or_unknown('courts.name') }}
    end as court_name,
    case
        when reconciled.court_code = 'ALL' then 'ALL'
        else {{ justice.or_unknown('courts.region') }}
    end as court_region,
    reconciled.defendants,
    {%- for difference in differences %}
    reconciled.{{ difference }},
    {%- endfor %}
    reconciled.agency_count,
    reconciled.agency_count
    {%- for difference in differences %}
    - reconciled.{{ difference }}
    {%- endfor %}
    - reconciled.defendants as residual,
    month_ends.is_before_first_extract,
    {{ justice.coverage('reconciled.snapshot_date', 'month', area='reconciled.court_code') }} as coverage,
    month_ends.data_as_of
from reconciled
inner join month_ends
    on reconciled.snapshot_date = month_ends.snapshot_date
left join courts
    on reconciled.court_code = courts.court_ou_code
