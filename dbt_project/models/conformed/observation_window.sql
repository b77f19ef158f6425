with deliveries as (
    select * from {{ ref('stg_gate__deliveries') }}
),

recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

newest_extract as (
    select * from {{ ref('newest_extract') }}
),

extracts as (
    select
        max(case when agency = 'prison' and feed = 'custody_spells' then extract_date end) as custody_as_of,
        min(case when agency = 'prison' and feed = 'custody_spells' then extract_date end) as custody_observed_from,
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
    newest_extract.data_as_of,
    coalesce(extracts.custody_as_of, newest_extract.data_as_of) as custody_as_of,
    receipts.first_receipt_date,
    extracts.custody_observed_from,
    extracts.court_observed_from
from newest_extract
cross join extracts
cross join receipts
