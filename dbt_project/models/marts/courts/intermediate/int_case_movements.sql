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

followed_states as (
    select
        *,
        lag(state) over (partition by case_id order by change_date asc) as earlier_state,
        lag(jurisdiction_code) over (partition by case_id order by change_date asc) as from_jurisdiction_code,
        lag(court_code) over (partition by case_id order by change_date asc) as from_court_code,
        lag(court_type) over (partition by case_id order by change_date asc) as from_court_type,
        min(case when jurisdiction_code = 'C' and court_type = 'CROWN' then change_date end) over (
            partition by case_id
        ) as first_heard_date
    from states
),

changes as (
    select
        *,
        coalesce(earlier_state, 'not_received') as from_state,
        -- A Crown Court case is shown at the court that sent it until a centre has heard it.
        case
            when jurisdiction_code <> from_jurisdiction_code then 'sent'
            when court_type = 'unknown' or from_court_type = 'unknown' then 'not_transferred'
            when change_date = first_heard_date then 'allocated'
            when court_type = from_court_type and (court_type = 'CROWN') = (jurisdiction_code = 'C') then 'transferred'
            else 'not_transferred'
        end as move
    from followed_states
),

-- A case moves, then whatever else happened that day happens at the court it moved to.
entries as (
    select
        case_id,
        change_date,
        case
            when from_state = 'not_received' and is_received_date_inferred then 'unrecorded_receipts'
            when from_state = 'not_received' or is_appeal then 'receipts'
            else 'reopened'
        end as movement,
        jurisdiction_code,
        court_code,
        from_state = 'not_received' and jurisdiction_code = 'C' and not is_appeal as is_sent_at_once
    from changes
    where
        from_state = 'not_received'
        or (from_state = 'closed' and state <> 'closed')
),

movements as (
    select
        case_id,
        change_date,
        movement,
        case when is_sent_at_once then 'M' else jurisdiction_code end as jurisdiction_code,
        court_code,
        1 as change
    from entries
    union all
    select
        case_id,
        change_date,
        'sent_out' as movement,
        'M' as jurisdiction_code,
        court_code,
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
