-- How long do the police release people before charge, on bail and under investigation?
-- All forces, by quarter of release; releases not yet decided are followed to the newest extract and never left out.
select
    quarter,
    release_type,
    spells,
    still_released,
    charged,
    no_further_action,
    median_days,
    round(share_over_91, 3) as share_over_three_months,
    round(share_over_274, 3) as share_over_nine_months
from {{ ref('pre_charge_bail') }}
where force_code = 'ALL'
order by quarter desc, release_type asc
limit 32
