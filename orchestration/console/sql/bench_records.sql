select
    h.agency || '/bench/' || h.person || '-' || h.case_of_person as record_id,
    h.agency,
    date '2024-11-30' + cast(pick(h.case_id, 'seen', 24) * 30 as integer) as first_extract_date,
    case when draw(h.record, 'surname') < 0.04 then slipped(p.surname, h.record, 'slip') else p.surname end
        as surname,
    case when draw(h.record, 'forename') < 0.04 then slipped(p.forename, h.record, 'f slip') else p.forename end
        as forename,
    case when h.agency in ('police', 'hmcts') then p.middle_names end as middle_names,
    case
        when draw(h.record, 'born') < 0.02 then null
        when draw(h.record, 'born') < 0.03 then p.date_of_birth + 1
        when draw(h.record, 'born') < 0.04 and day(p.date_of_birth) <= 12
            then make_date(year(p.date_of_birth), day(p.date_of_birth), month(p.date_of_birth))
        else p.date_of_birth
    end as date_of_birth,
    case
        when h.agency in ('cps', 'laa', 'prison') then null
        when draw(h.case_id, 'moved') < 0.15
            then split_part(p.postcode, ' ', 1) || ' ' || (1 + pick(h.case_id, 'sector', 9))
                || letter(h.case_id, 'unit') || letter(h.case_id, 'unit 2')
        else p.postcode
    end as postcode,
    case
        when p.has_pnc and h.agency not in ('cps', 'laa') and draw(h.record, 'pnc') < 0.7 then p.pnc_id
    end as pnc_id,
    case when p.has_pnc and h.agency = 'police' and draw(h.record, 'cro') < 0.5 then p.cro_number end
        as cro_number,
    case when h.agency = 'prison' then p.noms_number end as noms_number,
    case when h.agency = 'probation' then p.crn end as crn,
    case when h.agency <> 'prison' and draw(h.record, 'asn') < 0.8 then 'ASN' || h.case_id end as asn,
    case when h.agency <> 'prison' and draw(h.record, 'urn') < 0.8 then 'URN' || h.case_id end as ptiurn,
    case when h.agency = 'hmcts' and draw(h.record, 'platform') < 0.5 then 'M' || h.case_id end
        as master_defendant_id,
    draw(h.case_id, 'late') as case_number
from held as h inner join people as p using (person)
