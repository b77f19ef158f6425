with deliveries as (
    select * from {{ ref('delivery_ledger') }}
),

recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

extracts as (
    select
        max(extract_date) as data_as_of,
        max(case when agency = 'prison' and feed = 'custody_spells' then extract_date end) as custody_as_of,
        min(case when agency = 'hmcts' and feed = 'cases' then extract_date end) as court_observed_from
    from deliveries
    where
        verdict <> 'rejected'
        and is_used
),

receipts as (
    select min(received_date) as first_receipt_date
    from recorded_cases
)

select
    extracts.data_as_of,
    coalesce(extracts.custody_as_of, extracts.data_as_of) as custody_as_of,
    receipts.first_receipt_date,
    extracts.court_observed_from
from extracts
cross join receipts
