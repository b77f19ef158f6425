with currently as (
    select distinct on (record)
        delivery_id,
        row_number,
        extract_date,
        record
    from (
        select
            delivery_id,
            row_number,
            extract_date,
            -- identifiers are stored without blanks, strokes and hyphens; their key is compared so
            regexp_replace(upper(record), '[\s/\\-]+', '', 'g') as record
        from current_rows
    ) as numbered
    order by record asc, extract_date desc
),

placed as (
    select
        faults.*,
        deliveries.extract_date,
        keys.key,
        coalesce(
            regexp_replace(upper(keys.record), '[\s/\\-]+', '', 'g'),
            faults.delivery_id || '|' || faults.row_number
        ) as record,
        keys.record is not null as has_key
    from faults
    inner join deliveries on faults.delivery_id = deliveries.delivery_id
    left join keys on faults.delivery_id = keys.delivery_id and faults.row_number = keys.row_number
),

judged as (
    select
        placed.*,
        case
            when placed.is_quarantined and currently.record is null then 'withheld'
            when placed.is_quarantined and currently.extract_date < placed.extract_date then 'outdated'
            when not placed.is_quarantined and used.row_number is not null then 'kept'
        end as standing
    from placed
    -- a flag beside the equality would have DuckDB compare every fault with every record
    left join currently on case when placed.has_key then placed.record end = currently.record
    left join current_rows as used
        on placed.delivery_id = used.delivery_id and placed.row_number = used.row_number
)

select
    delivery_id,
    row_number,
    rule_code,
    column_name,
    standing,
    record,
    key
from judged
where standing is not null
order by extract_date, delivery_id, row_number, rule_code
