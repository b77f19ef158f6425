with deliveries as (
    select * from {{ ref('stg_gate__deliveries') }}
),

recorded_cases as (
    select * from {{ ref('stg_hmcts__cases') }}
),

newest_extract as (
    select * from {{ ref('newest_extract') }}
),

custody_extracts as (
    select max(extract_date) as custody_as_of
    from deliveries
    where
        agency = 'prison'
        and feed = 'custody_spells'
        and verdict <> 'rejected'
        and is_used
),

receipts as (
    select min(received_date) as first_receipt_date
    from recorded_cases
)

select
    newest_extract.data_as_of,
    coalesce(custody_extracts.custody_as_of, newest_extract.data_as_of) as custody_as_of,
    receipts.first_receipt_date
from newest_extract
cross join custody_extracts
cross join receipts
