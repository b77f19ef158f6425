with charged_arrests as (
    select * from {{ ref('charged_arrests') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'charge_not_known_to_court'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
)

select
    charged_arrests.subject_key,
    charged_arrests.defendant_id,
    charged_arrests.case_id,
    charged_arrests.person_id,
    charged_arrests.court_code,
    'charged' as value_a,
    case
        when charged_arrests.defendant_id is null then 'no_case'
        else 'case_under_another_reference'
    end as value_b,
    {{ justice.days_between('charged_arrests.charged_date', 'horizons.court_to') }} as days_apart,
    charged_arrests.charged_date as event_date,
    horizons.court_to as observed_to
from charged_arrests
cross join contradiction_rule
cross join horizons
where
    not charged_arrests.is_known_to_court
    and {{ justice.answer_must_be_recorded('charged_arrests.charged_date', 'court') }}
