-- Whose deliveries were held back, in whole or in part, and is every row accounted for?
select
    agency,
    feed,
    count(*) as deliveries,
    count(case when verdict = 'rejected' then 1 end) as rejected,
    sum(rows_received) as rows_received,
    sum(rows_staged) as rows_staged,
    sum(rows_quarantined) as rows_quarantined,
    sum(rows_rejected) as rows_rejected,
    min(is_conserved) as every_row_is_accounted_for,
    max(extract_date) as newest_extract
from {{ ref('deliveries') }}
group by agency, feed
order by agency asc, feed asc
