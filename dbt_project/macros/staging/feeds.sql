{#- Generated from data_contracts/feeds/ by `warehouse contracts sync`; do not edit. A change belongs in the contract. -#}
{%- macro feeds() -%}
    {{ return([
        {'agency': 'police', 'feed': 'custody_records', 'names_people': True, 'code_lists': ['ethnicities', 'nationalities', 'offences', 'police_forces']},
        {'agency': 'police', 'feed': 'out_of_court_disposals', 'names_people': True, 'code_lists': ['ethnicities', 'offences', 'outcome_codes', 'police_forces']},
        {'agency': 'police', 'feed': 'stop_search', 'names_people': False, 'code_lists': []},
        {'agency': 'police', 'feed': 'stop_account', 'names_people': False, 'code_lists': ['ethnicities', 'police_forces']},
        {'agency': 'cps', 'feed': 'defendants', 'names_people': True, 'code_lists': ['ethnicities']},
        {'agency': 'hmcts', 'feed': 'cases', 'names_people': False, 'code_lists': ['courts', 'police_forces']},
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

{%- macro placeholder_dates() -%}
    {{ return(['1753-01-01', '1800-01-01', '1899-12-30', '1899-12-31', '1900-01-01', '1900-01-02', '1901-01-01', '2099-01-01', '2099-12-31', '9999-12-31']) }}
{%- endmacro -%}

{%- macro date_patterns() -%}
    {{ return({
        'YYYY-MM-DD': '%Y-%m-%d',
        'DD/MM/YYYY': '%d/%m/%Y',
        'DD-MON-YYYY': '%d-%b-%Y',
        'DD-MM-YYYY': '%d-%m-%Y',
        'DD.MM.YYYY': '%d.%m.%Y',
        'DD MON YYYY': '%d %b %Y',
        'MM/DD/YYYY': '%m/%d/%Y',
        'YYYY/MM/DD': '%Y/%m/%d',
        'YYYYMMDD': '%Y%m%d',
        'YYYY-MM-DD HH:MM': '%Y-%m-%d %H:%M',
        'YYYY-MM-DD HH:MM:SS': '%Y-%m-%d %H:%M:%S',
        'YYYY-MM-DDTHH:MM:SS': '%Y-%m-%dT%H:%M:%S',
        'DD/MM/YYYY HH:MM': '%d/%m/%Y %H:%M',
        'DD/MM/YYYY HH:MM:SS': '%d/%m/%Y %H:%M:%S',
        'MM/DD/YYYY HH:MM': '%m/%d/%Y %H:%M',
        'DD-MM-YYYY HH:MM': '%d-%m-%Y %H:%M',
        'DD-MON-YYYY HH:MM': '%d-%b-%Y %H:%M',
        'YYYY-MM-DDTHH:MM:SSZ': '%Y-%m-%dT%H:%M:%SZ',
        'YYYY-MM-DDTHH:MM:SS+HH:MM': '%Y-%m-%dT%H:%M:%S%z',
    }) }}
{%- endmacro -%}
