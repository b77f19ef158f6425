{#-
    The promises of the data contracts, as staging SQL. Types, formats, zones and missing-value tokens live only in the
    contract: it is written into the source's column meta (models/staging/_feeds__sources.yml, generated), and read
    from there when a model compiles.
-#}

{#-
    A raw column as its contract's type: identifiers, codes, texts and lists as trimmed text; dates as dates;
    timestamps in UTC; yes and no as booleans; integers and numbers as such. Null are the contract's missing-value
    tokens, the values that mean "not yet ended", and anything that does not parse (the gate has quarantined its row).
-#}
{%- macro typed(agency, feed, column) -%}
    {%- if not execute -%}
        {{ column }}
    {%- else -%}
        {%- set promise = justice.column_promise(agency, feed, column) -%}
        {%- set tokens = (promise.missing_values or []) + (promise.open_end_values or []) -%}
        {%- set text = justice.text_or_null(column, tokens) -%}
        {%- if promise.type == 'date' -%}
            {{ justice.parse_date(text, promise.date_format) }}
        {%- elif promise.type == 'timestamp' -%}
            {{ justice.parse_timestamp(text, promise.timestamp_format, promise.timezone) }}
        {%- elif promise.type == 'integer' -%}
            {{ justice.try_cast_to(text, 'integer') }}
        {%- elif promise.type == 'number' -%}
            {{ justice.try_cast_to(text, 'decimal(20, 6)') }}
        {%- elif promise.type == 'yes_no' -%}
            case
                when upper({{ text }}) = '{{ promise.yes_value | upper }}' then true
                when upper({{ text }}) = '{{ promise.no_value | upper }}' then false
            end
        {%- else -%}
            {{ text }}
        {%- endif -%}
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

{#- What the contract promises of one column: the `meta` of the source's column. -#}
{%- macro column_promise(agency, feed, column) -%}
    {%- set source_id = 'source.' ~ project_name ~ '.raw_' ~ agency ~ '.' ~ feed -%}
    {%- set promised = graph.sources[source_id].columns if source_id in graph.sources else {} -%}
    {%- if column not in promised -%}
        {{ exceptions.raise_compiler_error(
            "The contract of " ~ agency ~ "/" ~ feed ~ " promises no column '" ~ column ~ "'. Check "
            ~ "data_contracts/feeds/" ~ agency ~ "/" ~ feed ~ ".odcs.yaml, then generate _feeds__sources.yml again."
        ) }}
    {%- endif -%}
    {{ return(promised[column].meta or promised[column].config.meta) }}
{%- endmacro -%}
