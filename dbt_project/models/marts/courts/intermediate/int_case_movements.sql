{#- Kinds of move from one court to another: names of leaving and of coming in. -#}
{%- set moves = {
    'sent': ('sent_out', 'sent_in'),
    'allocated': ('allocated_out', 'allocated_in'),
    'transferred': ('transfers_out', 'transfers_in'),
    'not_transferred': ('moves_without_transfer', 'moves_without_transfer'),
} -%}

with states as (
    select * from {{ ref('int_case_states') }}
),

court_periods as (
    select * from {{ ref('case_court_periods') }}
),

-- The magistrates' court a case was of when it left them.
senders as (
    select
        case_id,
        court_code,
        row_number() over (partition by case_id order by from_date desc) as recency
    from court_periods
    where jurisdiction_code = 'M'
),

followed_states as (
    select
        *,
        lag(state) over (partition by case_id order by change_date asc) as earlier_state,
        lag(jurisdiction_code) over (partition by case_id order by change_date asc) as from_jurisdiction_code,
        lag(court_code) over (partition by case_id order by change_date asc) as from_court_code,
        lag(court_type) over (partition by case_id order by change_date asc) as from_court_type,
        min(case when jurisdiction_code = 'C' and court_type = 'CROWN' then change_date end) over (
            partition by case_id
        ) as first_at_centre_date
    from states
),

changes as (
    select
        *,
        coalesce(earlier_state, 'not_received') as from_state,
        -- A Crown Court case of no known centre comes to the first one that is known.
        case
            when jurisdiction_code <> from_jurisdiction_code then 'sent'
            when from_court_code = 'unknown' and change_date = first_at_centre_date then 'allocated'
            when court_type = 'unknown' or from_court_type = 'unknown' then 'not_transferred'
            when court_type = from_court_type and (court_type = 'CROWN') = (jurisdiction_code = 'C') then 'transferred'
            else 'not_transferred'
        end as move
    from followed_states
),

-- A case moves, then whatever else happened that day happens at the court it moved to.
entries as (
    select
        changes.case_id,
        changes.change_date,
        case
            when changes.from_state = 'not_received' and changes.is_received_date_inferred then 'unrecorded_receipts'
            when changes.from_state = 'not_received' or changes.is_appeal then 'receipts'
            else 'reopened'
        end as movement,
        changes.jurisdiction_code,
        changes.court_code,
        changes.from_state = 'not_received'
        and changes.jurisdiction_code = 'C'
        and not changes.is_appeal as is_sent_at_once,
        coalesce(senders.court_code, 'unknown') as sender_court_code
    from changes
    left join senders
        on
            changes.case_id = senders.case_id
            and senders.recency = 1
    where
        changes.from_state = 'not_received'
        or (changes.from_state = 'closed' and changes.state <> 'closed')
),

movements as (
    select
        case_id,
        change_date,
        movement,
        case when is_sent_at_once then 'M' else jurisdiction_code end as jurisdiction_code,
        case when is_sent_at_once then sender_court_code else court_code end as court_code,
        1 as change
    from entries
    union all
    select
        case_id,
        change_date,
        'sent_out' as movement,
        'M' as jurisdiction_code,
        sender_court_code as court_code,
        -1 as change
    from entries
    where is_sent_at_once
    union all
    select
        case_id,
        change_date,
        'sent_in' as movement,
        jurisdiction_code,
        court_code,
        1 as change
    from entries
    where is_sent_at_once
    {%- for move, (leaving, coming) in moves.items() %}
    union all
    select
        case_id,
        change_date,
        '{{ leaving }}' as movement,
        from_jurisdiction_code as jurisdiction_code,
        from_court_code as court_code,
        -1 as change
    from changes
    where
        from_state = 'live'
        and move = '{{ move }}'
        and (jurisdiction_code <> from_jurisdiction_code or court_code <> from_court_code)
    union all
    select
        case_id,
        change_date,
        '{{ coming }}' as movement,
        jurisdiction_code,
        court_code,
        1 as change
    from changes
    where
        from_state = 'live'
        and move = '{{ move }}'
        and (jurisdiction_code <> from_jurisdiction_code or court_code <> from_court_code)
    {%- endfor %}
    union all
    select
        case_id,
        change_date,
        'warrants_executed' as movement,
        jurisdiction_code,
        court_code,
        1 as change
    from changes
    where
        from_state = 'under_warrant'
        and state <> 'under_warrant'
    union all
    select
        case_id,
        change_date,
        'warrants_issued' as movement,
        jurisdiction_code,
        court_code,
        -1 as change
    from changes
    where
        from_state <> 'under_warrant'
        and state = 'under_warrant'
    union all
    select
        case_id,
        change_date,
        'disposals' as movement,
        jurisdiction_code,
        court_code,
        -1 as change
    from changes
    where
        from_state <> 'closed'
        and state = 'closed'
)

select
    case_id,
    change_date as movement_date,
    movement,
    jurisdiction_code,
    court_code,
    change
from movements
