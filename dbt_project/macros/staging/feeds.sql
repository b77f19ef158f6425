{#- Generated from data_contracts/feeds/ by `warehouse contracts sync`; do not edit. A change belongs in the contract. -#}
{%- macro feeds() -%}
    {{ return([
        {'agency': 'police', 'feed': 'custody_records', 'names_people': True, 'code_lists': ['ethnicities', 'nationalities', 'offences', 'police_forces']},
        {'agency': 'police', 'feed': 'out_of_court_disposals', 'names_people': True, 'code_lists': ['ethnicities', 'offences', 'outcome_codes', 'police_forces']},
        {'agency': 'police', 'feed': 'stop_search', 'names_people': False, 'code_lists': []},
        {'agency': 'police', 'feed': 'stop_account', 'names_people': False, 'code_lists': ['ethnicities', 'police_forces']},
        {'agency': 'cps', 'feed': 'defendants', 'names_people': True, 'code_lists': ['ethnicities']},
        {'agency': 'hmcts', 'feed': 'cases', 'names_people': False, 'code_lists': ['police_forces']},
        {'agency': 'hmcts', 'feed': 'defendants', 'names_people': True, 'code_lists': ['ethnicities', 'nationalities']},
        {'agency': 'hmcts', 'feed': 'offences', 'names_people': False, 'code_lists': ['offences']},
        {'agency': 'hmcts', 'feed': 'hearings', 'names_people': False, 'code_lists': ['courts', 'hearing_types', 'trial_outcomes']},
        {'agency': 'hmcts', 'feed': 'hearing_defendants', 'names_people': False, 'code_lists': ['remand_bases']},
        {'agency': 'hmcts', 'feed': 'results', 'names_people': False, 'code_lists': ['result_codes']},
        {'agency': 'prison', 'feed': 'prisoners', 'names_people': True, 'code_lists': ['ethnicities', 'nationalities']},
        {'agency': 'prison', 'feed': 'custody_spells', 'names_people': False, 'code_lists': ['courts', 'establishments']},
        {'agency': 'prison', 'feed': 'sentences', 'names_people': False, 'code_lists': ['courts', 'offences']},
        {'agency': 'probation', 'feed': 'orders', 'names_people': True, 'code_lists': ['courts', 'ethnicities', 'offences']},
        {'agency': 'laa', 'feed': 'representation_orders', 'names_people': True, 'code_lists': []},
    ]) }}
{%- endmacro -%}

{%- macro agencies_by_trust() -%}
    {{ return(['prison', 'police', 'hmcts', 'probation', 'cps', 'laa']) }}
{%- endmacro -%}
