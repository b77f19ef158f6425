{#-
    Which raw rows count. The only way from raw to staging: rows of deliveries the gate accepted, without the rows it
    quarantined, and, when the warehouse is asked to look back (`--vars 'as_known_on: 2026-03-31'`), without the
    deliveries extracted since.
-#}

{#-
    Rows of a feed that count, with every raw column, and, under a leading underscore that no agency's column has:
    _extract_date, _file_sequence, _partition_key, _force_slug, _period_month, and _is_newest_delivery (no later delivery
    of the same partition was accepted).
-#}
{%- macro accepted_rows(agency, feed) -%}
    select
        raw_rows.*,
        deliveries.extract_date as _extract_date,
        deliveries.file_sequence as _file_sequence,
        deliveries.partition_key as _partition_key,
        deliveries.force_slug as _force_slug,
        deliveries.period_month as _period_month,
        deliveries.is_newest_delivery as _is_newest_delivery
    from {{ justice.files_of('raw_' ~ agency, feed) }} as raw_rows
    inner join ({{ justice.accepted_deliveries(agency, feed) }}) as deliveries
        on raw_rows._delivery_id = deliveries.delivery_id
    left join (
        select distinct
            delivery_id,
            row_number
        from {{ justice.files_of('gate', 'quarantined_rows') }}
    ) as quarantined
        on
            raw_rows._delivery_id = quarantined.delivery_id
            and raw_rows._row_number = quarantined.row_number
    where quarantined.row_number is null
{%- endmacro -%}

{%- macro accepted_deliveries(agency, feed) -%}
    {%- set as_known_on = var('as_known_on', none) -%}
    select
        delivery_id,
        extract_date,
        file_sequence,
        partition_key,
        force_slug,
        period_month,
        row_number() over (
            partition by coalesce(partition_key, '')
            order by extract_date desc, file_sequence desc, delivery_id desc
        ) = 1 as is_newest_delivery
    from {{ justice.files_of('gate', 'deliveries') }}
    where
        agency = '{{ agency }}'
        and feed = '{{ feed }}'
        and verdict in ('accepted', 'accepted_with_quarantine')
        {%- if as_known_on %}
        and extract_date <= cast('{{ as_known_on }}' as date)
        {%- endif %}
{%- endmacro -%}


{#-
    A source's Parquet files, as a relation. DuckDB reads the location the source declares; Spark reads the same files
    by path. Both unite columns by name, because columns come and go over the years.
-#}
{%- macro files_of(source_name, table_name) -%}
    {%- set relation = source(source_name, table_name) -%}
    {{ return(adapter.dispatch('files_of', 'justice')(relation, source_name, table_name)) }}
{%- endmacro -%}

{%- macro default__files_of(relation, source_name, table_name) -%}
    {{ relation }}
{%- endmacro -%}

{%- macro spark__files_of(relation, source_name, table_name) -%}
    {%- set folder = source_name.replace('raw_', 'raw/') -%}
    {%- set name = table_name ~ '.parquet' if source_name in ('linkage', 'build') else table_name -%}
    parquet.`{{ env_var('WAREHOUSE_DATA_DIR', '../data') }}/{{ folder }}/{{ name }}`
{%- endmacro -%}


{#- Parts of a key, joined with '|': the spelling of record keys everywhere. -#}
{%- macro record_key(key) -%}
    {%- set parts = [] -%}
    {%- for part in key -%}
        {%- do parts.append('cast(' ~ part ~ ' as ' ~ dbt.type_string() ~ ')') -%}
    {%- endfor -%}
    {{ parts | join(" || '|' || ") }}
{%- endmacro -%}

{#- The arrest a police custody record is of: one arrest has a row per offence. -#}
{%- macro arrest_key(force='force_code_raw', number='custody_number') -%}
    {{ justice.record_key([force, number]) }}
{%- endmacro -%}


{#-
    Number of a version within its key (a list of expressions), oldest 1, in the order in which versions supersede each
    other: extract date, number of the file within the day, row, and the delivery's id to settle what is left.
    `first_by` is what the feed itself orders its versions by, where it does.
-#}
{%- macro version_number(key, first_by=[]) -%}
    {%- set order = [] -%}
    {%- for column in first_by -%}{%- do order.append(column ~ ' asc nulls first') -%}{%- endfor -%}
    row_number() over (
        partition by {{ key | join(', ') }}
        order by {{ (order + ['extract_date', 'file_sequence', 'row_number', 'delivery_id']) | join(', ') }}
    )
{%- endmacro -%}

{#- Is this the newest version of its key? In feeds that upsert. -#}
{%- macro is_newest_version(key, first_by=[]) -%}
    {%- set order = [] -%}
    {%- for column in first_by -%}{%- do order.append(column ~ ' desc nulls last') -%}{%- endfor -%}
    row_number() over (
        partition by {{ key | join(', ') }}
        order by {{ (order + ['extract_date desc', 'file_sequence desc', 'row_number desc', 'delivery_id desc']) | join(', ') }}
    ) = 1
{%- endmacro -%}

{#-
    Is this version part of the newest delivery? In feeds whose newest delivery replaces all earlier ones; should a key
    come twice in it, the later row counts.
-#}
{%- macro is_in_newest_delivery(key) -%}
    is_newest_delivery
    and {{ justice.is_newest_version(key + ['is_newest_delivery']) }}
{%- endmacro -%}

{#- Date of the earliest extract that held the key. -#}
{%- macro first_extract_date(key) -%}
    min(extract_date) over (partition by {{ key | join(', ') }})
{%- endmacro -%}
