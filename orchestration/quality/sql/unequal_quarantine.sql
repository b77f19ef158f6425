with named as (
    select
        parse_filename(filename) as file,
        delivery_id,
        count(distinct row_number) as rows
    from {quarantined_rows}
    group by all
)

select
    d.agency || '/' || d.feed as feed,
    d.file_name,
    d.rows_quarantined,
    coalesce(named.rows, 0) as rows_named
from {deliveries} as d
left join named
    on parse_filename(d.filename) = named.file
        and d.delivery_id = named.delivery_id
where d.rows_quarantined <> coalesce(named.rows, 0) or d.rows_quarantined > d.rows_received
order by 1, 2 limit 1
