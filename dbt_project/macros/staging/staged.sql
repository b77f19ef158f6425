{#-
    Staging of a feed from its contract: the two models `stg_<agency>__<feed>_versions` and `stg_<agency>__<feed>`, and the
    parts of them that a model written by hand uses (stg_police__stop_search_versions).
-#}

{#- Every version of every accepted row: typed, identifiers in canonical form, codes looked up in their lists. -#}
{%- macro staged_versions(agency, feed) -%}
    {%- set promise = justice.feed_promise(agency, feed) -%}
    {%- set key = justice.staged_key(promise) -%}
    {%- set first_by = ['typed.' ~ promise.versions_ordered_by] if promise.versions_ordered_by else [] -%}
with delivered as (
    {{ justice.accepted_rows(agency, feed) }}
),

typed as (
    {{ justice.typed_rows(agency, feed) }}
)

select
    {{ justice.record_key(key) }} as record_key,
    {{ justice.staged_columns(agency, feed) }},
    {{ justice.version_number(key, first_by) }} as version_number,
    typed.delivery_id,
    typed.row_number,
    {{ justice.is_in_newest_delivery(key) if promise.mode == 'snapshot' else justice.is_newest_version(key, first_by) }}
        as is_current,
    typed.extract_date,
    {{ justice.first_extract_date(key) }} as first_extract_date
from typed
{{ justice.code_list_joins(agency, feed) }}
{%- endmacro -%}


{#- The versions that count now, without the columns that tell versions apart. -#}
{%- macro staged_as_now_known(agency, feed) -%}
select
    record_key,
    {{ justice.staged_names(agency, feed) | join(',\n    ') }},
    extract_date,
    first_extract_date
from {{ ref('stg_' ~ agency ~ '__' ~ feed ~ '_versions') }}
where is_current
{%- endmacro -%}


{#- The columns of `delivered` (accepted rows) as their types, under their staged names, and where each row came from. -#}
{%- macro typed_rows(agency, feed) -%}
    {%- set promise = justice.feed_promise(agency, feed) -%}
    select
        {%- for column in promise.columns %}
        {{ justice.typed(promise, column) }} as {{ column.staged_name }},
        {%- endfor %}
        _delivery_id as delivery_id,
        _row_number as row_number,
        _extract_date as extract_date,
        _file_sequence as file_sequence,
        _force_slug as force_slug,
        _period_month as period_month,
        _is_newest_delivery as is_newest_delivery
    from delivered
{%- endmacro -%}


{#- Names of a feed's own columns in both models; a code looked up in a list is followed by what was delivered. -#}
{%- macro staged_names(agency, feed) -%}
    {%- set names = [] -%}
    {%- for column in justice.feed_promise(agency, feed).columns -%}
        {%- do names.append(column.staged_name) -%}
        {%- if column.code_list -%}{%- do names.append(column.staged_name ~ '_raw') -%}{%- endif -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro -%}


{#- The feed's own columns of `typed`, in canonical form; without `but`, which the model places itself. -#}
{%- macro staged_columns(agency, feed, but=none) -%}
    {%- set selected = [] -%}
    {%- for column in justice.feed_promise(agency, feed).columns if column.staged_name != but -%}
        {%- set value = 'typed.' ~ column.staged_name -%}
        {%- if column.code_list -%}
            {%- set listed = 'known_' ~ column.staged_name ~ '.' ~ (column.code_list_on | list | last) -%}
            {%- do selected.append(justice.known_code(value, listed) ~ ' as ' ~ column.staged_name) -%}
            {%- do selected.append(value ~ ' as ' ~ column.staged_name ~ '_raw') -%}
        {%- elif column.is_normalised -%}
            {%- do selected.append(justice.normalised(column.holds, value) ~ ' as ' ~ column.staged_name) -%}
        {%- else -%}
            {%- do selected.append(value) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ selected | join(',\n    ') }}
{%- endmacro -%}


{#- Left joins of `typed` to the reference list of each coded column, as `known_<column>`. -#}
{%- macro code_list_joins(agency, feed) -%}
    {#- dbt learns what a model reads while it parses, before the contract's columns are known to it: from feeds(). -#}
    {%- set lists = {} -%}
    {%- for one in justice.feeds() if one.agency == agency and one.feed == feed -%}
        {%- for name in one.code_lists -%}{%- do lists.update({name: ref(name)}) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for column in justice.feed_promise(agency, feed).columns if column.code_list %}
left join {{ lists[column.code_list] }} as known_{{ column.staged_name }}
    on {% for listed, own in column.code_list_on.items() -%}
    {{ justice.without_qualifier('typed.' ~ own, column.code_list_qualified) }} = known_{{ column.staged_name }}.{{ listed }}
    {{- '\n    and ' if not loop.last }}
    {%- endfor -%}
    {%- endfor -%}
{%- endmacro -%}


{#- Expressions of the primary key over `typed`; an identifier in it is canonical where it is valid. -#}
{%- macro staged_key(promise) -%}
    {%- set key = [] -%}
    {%- for part in promise.primary_key -%}
        {%- set column = (promise.columns | selectattr('name', 'equalto', part) | list)[0] -%}
        {%- set value = 'typed.' ~ column.staged_name -%}
        {%- do key.append(
            justice.key_text(justice.normalised(column.holds, value), value) if column.is_normalised else value
        ) -%}
    {%- endfor -%}
    {{ return(key) }}
{%- endmacro -%}


{#- A typed value in its canonical form, by what its contract says it holds (`Holds` in orchestration/contracts/model.py). -#}
{%- macro normalised(holds, value) -%}
    {%- if holds == 'pnc_id' -%} {{ justice.normalise_pnc(value, 'typed.extract_date') }}
    {%- elif holds == 'cro_number' -%} {{ justice.normalise_cro(value) }}
    {%- elif holds == 'noms_number' -%} {{ justice.normalise_noms(value) }}
    {%- elif holds == 'crn' -%} {{ justice.normalise_crn(value) }}
    {%- elif holds == 'asn' -%} {{ justice.normalise_asn(value) }}
    {%- elif holds == 'ptiurn' -%} {{ justice.normalise_ptiurn(value) }}
    {%- elif holds == 'court_case_reference' -%} {{ justice.normalise_ccr(value) }}
    {%- elif holds == 'postcode' -%} {{ justice.normalise_postcode(value) }}
    {%- elif holds == 'sex' -%} {{ justice.sex_from_code(value) }}
    {%- elif holds == 'gender' -%} {{ justice.gender_from_text(value) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "No macro brings a value that holds '" ~ holds ~ "' into canonical form. Add it to macro 'normalised'."
        ) }}
    {%- endif -%}
{%- endmacro -%}
