with bail_decisions as (
    select * from {{ ref('bail_decisions') }}
),

courts as (
    select * from {{ ref('courts') }}
),

refusals as (
    select
        quarter,
        court_code,
        jurisdiction,
        exception_code,
        exception_label,
        exception_group,
        exception_number,
        is_new_refusal
    from bail_decisions
    where is_refusal
),

-- Every refusal is asked twice: which grounds it cites, and whether it cites none. So that a court whose refusals all
-- give a ground still has a row that says: not stated, none.
cited_grounds as (
    select
        quarter,
        court_code,
        jurisdiction,
        exception_code,
        exception_label,
        exception_group,
        1 as is_cited,
        is_new_refusal
    from refusals
    where exception_code <> 'NOT_STATED'
    union all
    select
        quarter,
        court_code,
        jurisdiction,
        'NOT_STATED' as exception_code,
        'Not stated' as exception_label,
        'not_stated' as exception_group,
        case when exception_code = 'NOT_STATED' then 1 else 0 end as is_cited,
        is_new_refusal
    from refusals
    where exception_number = 1
),

located_grounds as (
    {{ justice.with_totals(
        'cited_grounds',
        ['quarter', 'exception_code', 'exception_label', 'exception_group', 'is_cited', 'is_new_refusal']
    ) }}
),

grounds as (
    select
        quarter,
        jurisdiction,
        court_code,
        exception_code,
        exception_label,
        exception_group,
        sum(is_cited) as refusals_citing,
        sum(case when is_new_refusal then is_cited else 0 end) as new_refusals_citing
    from located_grounds
    group by quarter, jurisdiction, court_code, exception_code, exception_label, exception_group
),

first_rows as (
    select
        quarter,
        jurisdiction,
        court_code,
        is_new_refusal
    from refusals
    where exception_number = 1
),

located_refusals as (
    {{ justice.with_totals('first_rows', ['quarter', 'is_new_refusal']) }}
),

refusal_counts as (
    select
        quarter,
        jurisdiction,
        court_code,
        count(*) as refusals,
        {{ justice.count_where('is_new_refusal') }} as new_refusals
    from located_refusals
    group by quarter, jurisdiction, court_code
)

select
    grounds.quarter,
    grounds.jurisdiction,
    grounds.court_code,
    case when grounds.court_code = 'ALL' then 'All courts' else {{ justice.or_unknown('courts.name') }} end
        as court_name,
    grounds.exception_code,
    grounds.exception_label,
    grounds.exception_group,
    refusal_counts.refusals,
    cast(grounds.refusals_citing as bigint) as refusals_citing,
    {{ justice.rate('grounds.refusals_citing', 'refusal_counts.refusals') }} as share_citing,
    {{ justice.wilson_lower('grounds.refusals_citing', 'refusal_counts.refusals') }} as share_citing_low,
    {{ justice.wilson_upper('grounds.refusals_citing', 'refusal_counts.refusals') }} as share_citing_high,
    refusal_counts.new_refusals,
    cast(grounds.new_refusals_citing as bigint) as new_refusals_citing,
    {{ justice.rate('grounds.new_refusals_citing', 'refusal_counts.new_refusals') }} as new_share_citing,
    {{ justice.coverage('grounds.quarter', 'quarter', area='grounds.court_code') }} as coverage,
    {{ justice.data_as_of() }} as data_as_of
from grounds
inner join refusal_counts
    on
        grounds.quarter = refusal_counts.quarter
        and grounds.jurisdiction = refusal_counts.jurisdiction
        and grounds.court_code = refusal_counts.court_code
left join courts
    on grounds.court_code = courts.court_ou_code
