with charged_arrests as (
    select * from {{ ref('charged_arrests') }}
),

contradiction_rule as (
    select * from {{ ref('contradiction_rules') }}
    where rule = 'charge_not_known_to_cps'
),

horizons as (
    select * from {{ ref('int_agency_horizons') }}
)

-- A case nobody but the police knows is reported once, as not known to the court. Cases of other prosecutors are not
-- the CPS's to know.
select
    charged_arrests.subject_key,
    charged_arrests.defendant_id,
    charged_arrests.case_id,
    charged_arrests.person_id,
    charged_arrests.court_code,
    'charged' as value_a,
    'no_prosecution_record' as value_b,
    {{ justice.days_between('charged_arrests.charged_date', 'horizons.cps_to') }} as days_apart,
    charged_arrests.charged_date as event_date,
    horizons.cps_to as observed_to
from charged_arrests
cross join contradiction_rule
cross join horizons
where
    charged_arrests.is_known_to_court
    and charged_arrests.is_cps_case
    and not charged_arrests.is_known_to_cps
    and {{ justice.answer_must_be_recorded('charged_arrests.charged_date', 'cps') }}
