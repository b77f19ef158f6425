{#-
    Person records of the feeds: which column holds what of a person stands in the contract (`holds`).
-#}

{#- What the linkage may know of a person, beside the key of the record and the day it was first sent. -#}
{%- macro person_attributes() -%}
    {{ return([
        'surname', 'forenames', 'further_forenames', 'date_of_birth', 'sex', 'ethnicity_code', 'postcode',
        'nationality_code', 'pnc_id', 'cro_number', 'noms_number', 'crn', 'asn', 'ptiurn', 'master_defendant_id',
    ]) }}
{%- endmacro -%}


{#-
    The records of a feed that names people, from `relation` (staged under the feed's own names), in the one shape of
    person records: null is what the feed does not hold. `added` has attributes the feed itself does not hold.
-#}
{%- macro person_records(feed, relation, added={}) -%}
    {%- set held = dict(added) -%}
    {%- for column in justice.feed_promise(feed.agency, feed.feed).columns if column.holds -%}
        {%- do held.update({column.holds: column.staged_name}) -%}
    {%- endfor -%}
    select
        '{{ feed.agency }}' as agency,
        '{{ feed.feed }}' as feed,
        record_key,
        {%- for attribute in justice.person_attributes() %}
        {{ held[attribute] or 'cast(null as ' ~ dbt.type_string() ~ ')' }} as {{ attribute }},
        {%- endfor %}
        first_extract_date
    from {{ relation }}
{%- endmacro -%}
