{#-
    The promises of the data contracts, as staging SQL. Types, formats, zones, missing-value tokens and code lists live
    only in the contract: they are written into the source's meta (models/staging/_feeds__sources.yml, generated), and
    read from there when a model compiles.
-#}

{#-
    A raw column as its contract's type: identifiers, codes, texts and lists as trimmed text; dates as dates;
    timestamps in UTC; yes and no as booleans; integers and numbers as such. Null are the contract's missing-value
    tokens, the values that mean "not yet ended", dates that say nothing (orchestration/contracts/placeholders.py), and
    anything that does not parse (the gate has quarantined its row).
-#}
{%- macro typed(promise, column) -%}
    {%- set text = justice.agreed_spelling(
        justice.text_or_null(column.name, promise.missing_values + (column.open_end_values or [])), column
    ) -%}
    {%- if column.type == 'date' -%}
        {{ justice.known_date(justice.parse_date_in_any(text, [promise.date_format] + (promise.further_date_formats or []))) }}
    {%- elif column.type == 'timestamp' -%}
        {{ justice.known_date(justice.parse_timestamp_in_any(
            text, [promise.timestamp_format] + (promise.further_timestamp_formats or []), promise.timezone
        )) }}
    {%- elif column.type == 'integer' -%}
        {{ justice.try_cast_to(text, 'integer') }}
    {%- elif column.type == 'number' -%}
        {{ justice.try_cast_to(text, 'decimal(20, 6)') }}
    {%- elif column.type == 'yes_no' -%}
        case
            when upper({{ text }}) = '{{ promise.yes_value | upper }}' then true
            when upper({{ text }}) = '{{ promise.no_value | upper }}' then false
        end
    {%- else -%}
        {{ text }}
    {%- endif -%}
{%- endmacro -%}

{#-
    A text in the spelling its contract agreed: noughts lost in front of a code of digits put back, and further spellings
    of a value read as the value.
-#}
{%- macro agreed_spelling(text, column) -%}
    {%- set padded = text -%}
    {%- if column.padded_to -%}
        {%- set padded -%}
        case
            when {{ justice.regexp_matches(text, '^[0-9]+$') }} and length({{ text }}) < {{ column.padded_to }}
                then lpad({{ text }}, {{ column.padded_to }}, '0')
            else {{ text }}
        end
        {%- endset -%}
    {%- endif -%}
    {%- if column.read_as -%}
        case lower({{ padded }})
            {%- for written, means in column.read_as.items() %}
            when '{{ dbt.escape_single_quotes(written) }}' then '{{ dbt.escape_single_quotes(means) }}'
            {%- endfor %}
            else {{ padded }}
        end
    {%- else -%}
        {{ padded }}
    {%- endif -%}
{%- endmacro -%}

{#- A date or timestamp; null where it is a date that systems write when they know none. -#}
{%- macro known_date(moment) -%}
    case
        when cast({{ moment }} as date) not in (
            {%- for day in justice.placeholder_dates() %}cast('{{ day }}' as date){{ ', ' if not loop.last }}{% endfor -%}
        ) then {{ moment }}
    end
{%- endmacro -%}

{#- Trimmed text; null where it is empty or one of the tokens. -#}
{%- macro text_or_null(column, tokens) -%}
    {%- set literals = [] -%}
    {%- for token in tokens -%}
        {%- do literals.append("'" ~ dbt.escape_single_quotes(token | string) ~ "'") -%}
    {%- endfor -%}
    {%- if literals | length == 0 -%}
        nullif(trim({{ column }}), '')
    {%- else -%}
        case when trim({{ column }}) not in ('', {{ literals | join(', ') }}) then trim({{ column }}) end
    {%- endif -%}
{%- endmacro -%}

{#-
    What the contract promises of a feed: the meta of its source, with the columns in their order, each with its name and
    its own meta. Empty while dbt only parses, because the sources are not read yet.
-#}
{%- macro feed_promise(agency, feed) -%}
    {%- set source_id = 'source.' ~ project_name ~ '.raw_' ~ agency ~ '.' ~ feed -%}
    {%- if not execute -%}
        {{ return({'columns': [], 'primary_key': []}) }}
    {%- elif source_id not in graph.sources -%}
        {{ exceptions.raise_compiler_error(
            "There is no contract of " ~ agency ~ "/" ~ feed ~ ". Write data_contracts/feeds/" ~ agency ~ "/" ~ feed
            ~ ".odcs.yaml ('warehouse contracts new " ~ agency ~ "/" ~ feed ~ "'), then run 'warehouse contracts sync'."
        ) }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for column in graph.sources[source_id].columns.values() if not column.name.startswith('_') -%}
        {%- set meta = column.config.meta -%}
        {%- do columns.append(dict(meta, name=column.name, staged_name=meta.staged_as or column.name)) -%}
    {%- endfor -%}
    {{ return(dict(graph.sources[source_id].config.meta, columns=columns)) }}
{%- endmacro -%}
