{#-
    The promises of the data contracts, as staging SQL. Types, formats, zones, missing-value tokens and code lists live
    only in the contract: they are written into the source's meta (models/staging/_feeds__sources.yml, generated), and
    read from there when a model compiles.
-#}

{#-
    A raw column as its contract's type: identifiers, codes, texts and lists as trimmed text; dates as dates;
    timestamps in UTC; yes and no as booleans; integers and numbers as such. Null are the contract's missing-value
    tokens, the values that mean "not yet ended", and anything that does not parse (the gate has quarantined its row).
-#}
{%- macro typed(promise, column) -%}
    {%- set text = justice.text_or_null(column.name, promise.missing_values + (column.open_end_values or [])) -%}
    {%- if column.type == 'date' -%}
        {{ justice.parse_date(text, promise.date_format) }}
    {%- elif column.type == 'timestamp' -%}
        {{ justice.parse_timestamp(text, promise.timestamp_format, promise.timezone) }}
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
