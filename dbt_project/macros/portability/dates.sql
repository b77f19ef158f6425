{#-
    Dates and times: parsing what a contract promised, Europe/London, calendar arithmetic. Timestamps are kept as UTC
    without a zone; a local date is always taken explicitly. What does not belong here: counting rules (conformed, marts).
-#}

{#-
    Text to date, in a format written as the contract writes it; null where the text is not such a date.
-#}
{%- macro parse_date(text, date_format) -%}
    cast({{ justice.parse_wall_clock(text, date_format) }} as date)
{%- endmacro -%}

{#- Text to date, in the first of several formats it is written in. -#}
{%- macro parse_date_in_any(text, date_formats) -%}
    {%- set read = [] -%}
    {%- for date_format in date_formats -%}{%- do read.append(justice.parse_date(text, date_format)) -%}{%- endfor -%}
    {{ justice.first_known(read) }}
{%- endmacro -%}

{#- Text to a UTC timestamp, in the first of several formats it is written in. -#}
{%- macro parse_timestamp_in_any(text, timestamp_formats, timezone) -%}
    {%- set read = [] -%}
    {%- for timestamp_format in timestamp_formats -%}
        {%- do read.append(justice.parse_timestamp(text, timestamp_format, timezone)) -%}
    {%- endfor -%}
    {{ justice.first_known(read | unique | list) }}
{%- endmacro -%}

{%- macro first_known(values) -%}
    {{ values[0] if values | length == 1 else 'coalesce(' ~ (values | join(', ')) ~ ')' }}
{%- endmacro -%}

{#- The pattern of a format written as the contract writes it (orchestration/contracts/formats.py). -#}
{%- macro date_pattern(notation) -%}
    {%- if notation not in justice.date_patterns() -%}
        {{ exceptions.raise_compiler_error(
            "No date or timestamp is written '" ~ notation ~ "'. Use one of " ~ (justice.date_patterns() | join(', '))
            ~ " in the contract, or add the new one to orchestration/contracts/formats.py."
        ) }}
    {%- endif -%}
    {{ return(justice.date_patterns()[notation]) }}
{%- endmacro -%}


{#-
    Text to a UTC timestamp, in a format and a zone written as the contract writes them; null where it is not one.
    ISO texts that carry an offset are read by it; all others are wall-clock time in `timezone`.
-#}
{%- macro parse_timestamp(text, timestamp_format, timezone='UTC') -%}
    {%- if timestamp_format.startswith('YYYY-MM-DD') or timestamp_format.startswith('ISO') -%}
        case
            when {{ justice.regexp_matches(text, '[T ][0-9:.]+(Z|[+-][0-9]{2}:?[0-9]{2})$') }}
                then {{ justice.parse_offset_timestamp(text) }}
            else {{ justice.local_to_utc('try_cast(' ~ text ~ ' as timestamp)', timezone) }}
        end
    {%- else -%}
        {{ justice.local_to_utc(justice.parse_wall_clock(text, timestamp_format), timezone) }}
    {%- endif -%}
{%- endmacro -%}

{%- macro parse_wall_clock(text, timestamp_format) -%}
    {{ return(adapter.dispatch('parse_wall_clock', 'justice')(text, timestamp_format)) }}
{%- endmacro -%}

{%- macro default__parse_wall_clock(text, timestamp_format) -%}
    try_strptime({{ text }}, '{{ justice.date_pattern(timestamp_format) }}')
{%- endmacro -%}

{#- Spark reads month names in one case only ('Dec'); they stand after the day. -#}
{%- macro spark__parse_wall_clock(text, timestamp_format) -%}
    {%- set pattern = justice.date_pattern(timestamp_format) -%}
    {%- if '%b' in pattern -%}
        {%- set text = 'concat(substring(' ~ text ~ ', 1, 3), upper(substring(' ~ text ~ ', 4, 1)), lower(substring('
            ~ text ~ ', 5)))' -%}
    {%- endif -%}
    {%- set spelt = pattern.replace('T', "''T''").replace('%Y', 'yyyy').replace('%m', 'MM').replace('%d', 'dd') -%}
    {%- set spelt = spelt.replace('%b', 'MMM').replace('%H', 'HH').replace('%M', 'mm').replace('%S', 'ss') -%}
    try_to_timestamp({{ text }}, '{{ spelt }}')
{%- endmacro -%}

{%- macro parse_offset_timestamp(text) -%}
    {{ return(adapter.dispatch('parse_offset_timestamp', 'justice')(text)) }}
{%- endmacro -%}

{%- macro default__parse_offset_timestamp(text) -%}
    timezone('UTC', try_cast({{ text }} as timestamptz))
{%- endmacro -%}

{#- The session's zone is UTC (profiles.yml), so Spark's timestamp is the UTC one. -#}
{%- macro spark__parse_offset_timestamp(text) -%}
    try_cast({{ text }} as timestamp)
{%- endmacro -%}


{#-
    Wall-clock timestamp in `timezone` to UTC. A time in the repeated hour of October means two instants, and nothing
    says which: it is read as winter time, the later one. A time in the hour skipped in March is read as winter time too.
-#}
{%- macro local_to_utc(local_timestamp, timezone) -%}
    {%- if timezone == 'UTC' -%}
        {{ local_timestamp }}
    {%- else -%}
        {{ return(adapter.dispatch('local_to_utc', 'justice')(local_timestamp, timezone)) }}
    {%- endif -%}
{%- endmacro -%}

{%- macro default__local_to_utc(local_timestamp, timezone) -%}
    timezone('UTC', timezone('{{ timezone }}', {{ local_timestamp }}))
{%- endmacro -%}

{#- Spark reads the repeated hour as summer time; an hour later is right where that is the same wall-clock time. -#}
{%- macro spark__local_to_utc(local_timestamp, timezone) -%}
    {%- set first = "to_utc_timestamp(" ~ local_timestamp ~ ", '" ~ timezone ~ "')" -%}
    case
        when from_utc_timestamp({{ first }} + interval 1 hour, '{{ timezone }}') = {{ local_timestamp }}
            then {{ first }} + interval 1 hour
        else {{ first }}
    end
{%- endmacro -%}


{#- Wall-clock time in London of a UTC timestamp. -#}
{%- macro london_time(utc_timestamp) -%}
    {{ return(adapter.dispatch('london_time', 'justice')(utc_timestamp)) }}
{%- endmacro -%}

{%- macro default__london_time(utc_timestamp) -%}
    timezone('Europe/London', timezone('UTC', {{ utc_timestamp }}))
{%- endmacro -%}

{%- macro spark__london_time(utc_timestamp) -%}
    from_utc_timestamp({{ utc_timestamp }}, 'Europe/London')
{%- endmacro -%}


{#- Calendar date in London of a UTC timestamp. -#}
{%- macro london_date(utc_timestamp) -%}
    cast({{ justice.london_time(utc_timestamp) }} as date)
{%- endmacro -%}


{#- First day of the calendar month, in London, of a UTC timestamp. -#}
{%- macro london_month(utc_timestamp) -%}
    {{ justice.month_start(justice.london_date(utc_timestamp)) }}
{%- endmacro -%}


{#-
    Calendar arithmetic on dates. dbt's own macros give timestamps, and on Spark stop the query at the first null date.
    A month added to the 31st ends on the last day of a shorter month.
-#}
{%- macro add_days(date, days) -%}
    {{ return(adapter.dispatch('add_days', 'justice')(date, days)) }}
{%- endmacro -%}

{%- macro default__add_days(date, days) -%}
    cast({{ dbt.dateadd('day', days, date) }} as date)
{%- endmacro -%}

{%- macro spark__add_days(date, days) -%}
    date_add({{ date }}, cast({{ days }} as int))
{%- endmacro -%}


{%- macro add_months(date, months) -%}
    {{ return(adapter.dispatch('add_months', 'justice')(date, months)) }}
{%- endmacro -%}

{%- macro default__add_months(date, months) -%}
    cast({{ dbt.dateadd('month', months, date) }} as date)
{%- endmacro -%}

{%- macro spark__add_months(date, months) -%}
    add_months({{ date }}, cast({{ months }} as int))
{%- endmacro -%}


{#- Whole calendar days from first to second; same day = 0. -#}
{%- macro days_between(first_date, second_date) -%}
    {{ return(adapter.dispatch('days_between', 'justice')(first_date, second_date)) }}
{%- endmacro -%}

{%- macro default__days_between(first_date, second_date) -%}
    {{ dbt.datediff(first_date, second_date, 'day') }}
{%- endmacro -%}

{%- macro spark__days_between(first_date, second_date) -%}
    datediff({{ second_date }}, {{ first_date }})
{%- endmacro -%}


{%- macro month_start(date) -%}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro -%}

{%- macro quarter_start(date) -%}
    cast({{ dbt.date_trunc('quarter', date) }} as date)
{%- endmacro -%}


{#-
    Completed years on a date; null if either date is null or the birth date is later. A person born on 29 February
    completes a year on 1 March of a common year.
-#}
{%- macro age_on(date_of_birth, on_date) -%}
    case
        when {{ date_of_birth }} <= {{ on_date }}
            then cast(
                extract(year from {{ on_date }}) - extract(year from {{ date_of_birth }})
                - case
                    when
                        extract(month from {{ on_date }}) * 100 + extract(day from {{ on_date }})
                        < extract(month from {{ date_of_birth }}) * 100 + extract(day from {{ date_of_birth }})
                        then 1
                    else 0
                end
                as integer
            )
    end
{%- endmacro -%}
