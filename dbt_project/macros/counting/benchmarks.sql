{#-
    How each official figure is counted by ours: a measure of the reference list `benchmark_measures` to an entry, and
    nothing else says it. Whoever adds a measure adds its official figures, its line in that list, and its entry here.

    A measure without an entry has official figures alone. An entry is
      mart         the mart it is read from
      feed         the feed whose deliveries say which days the mart holds, as agency/feed
      day          the day a row of the mart is about; rows whose day lies in the official period are taken together
      where        rows that count
      value        what they come to
      geographies  the codes of places it can be read at, as columns of the mart; 'all' is all of them together
    Medians cannot be taken together, so `where` leaves one row of a period.
-#}
{%- macro benchmark_measures() -%}
    {%- set crown_trials = "jurisdiction = 'C' and initial_trials_in_denominator > 0" -%}
    {%- set magistrates_trials = "jurisdiction = 'M' and initial_trials_in_denominator > 0" -%}
    {%- set stock_day = justice.add_days(justice.add_months('quarter', 3), -1) -%}
    {%- set stock = "measure = 'stock_elapsed' and geography_level = 'national'" -%}
    {%- set crown_whole = "jurisdiction = 'C' and court_code = 'ALL' and offence_group = 'all'" -%}
    {%- set magistrates_whole = "jurisdiction = 'M' and court_code = 'ALL' and offence_group = 'all'" -%}
    {%- set a_year_or_more = "age_band_weeks in ('1_to_2_years', '2_years_or_more')" -%}
    {{ return([
        {
            'measure': 'crown_open_cases',
            'mart': 'open_caseload',
            'feed': 'hmcts/cases',
            'day': 'snapshot_date',
            'where': "jurisdiction = 'C' and court_code <> 'ALL'",
            'value': 'sum(cases)',
            'geographies': ['all', 'court_code'],
        },
        {
            'measure': 'crown_open_cases_with_valid_age',
            'mart': 'open_caseload',
            'feed': 'hmcts/cases',
            'day': 'snapshot_date',
            'where': "jurisdiction = 'C' and court_code <> 'ALL'",
            'value': 'sum(cases_with_valid_age)',
            'geographies': ['all', 'court_region'],
        },
        {
            'measure': 'crown_open_cases_over_a_year_share',
            'mart': 'open_caseload',
            'feed': 'hmcts/cases',
            'day': 'snapshot_date',
            'where': "jurisdiction = 'C' and court_code <> 'ALL'",
            'value': justice.rate(
                justice.sum_where('cases_with_valid_age', a_year_or_more), 'sum(cases_with_valid_age)'
            ),
            'geographies': ['all', 'court_region'],
        },
        {
            'measure': 'crown_open_trial_cases_in_custody_share',
            'mart': 'open_caseload',
            'feed': 'hmcts/cases',
            'day': 'snapshot_date',
            'where': "jurisdiction = 'C' and court_code <> 'ALL' and receipt_type in ('TEW_TRIAL', 'INDICTABLE_TRIAL')",
            'value': justice.rate(
                justice.sum_where('cases_with_valid_age', "remand_status = 'custody'"), 'sum(cases_with_valid_age)'
            ),
            'geographies': ['all'],
        },
        {
            'measure': 'magistrates_open_cases',
            'mart': 'open_caseload',
            'feed': 'hmcts/cases',
            'day': 'snapshot_date',
            'where': "jurisdiction = 'M' and court_code <> 'ALL'",
            'value': 'sum(cases)',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_receipts',
            'mart': 'caseload_flow',
            'feed': 'hmcts/cases',
            'day': 'month',
            'where': "jurisdiction = 'C' and court_code <> 'ALL'",
            'value': 'sum(official_receipts)',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_disposals',
            'mart': 'caseload_flow',
            'feed': 'hmcts/cases',
            'day': 'month',
            'where': "jurisdiction = 'C' and court_code <> 'ALL'",
            'value': 'sum(disposals)',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_offence_to_completion_median',
            'mart': 'court_timeliness',
            'feed': 'hmcts/results',
            'day': 'quarter',
            'where': crown_whole ~ " and stage = 'offence_to_completion'",
            'value': 'max(median_days)',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_offence_to_completion_mean',
            'mart': 'court_timeliness',
            'feed': 'hmcts/results',
            'day': 'quarter',
            'where': crown_whole ~ " and stage = 'offence_to_completion'",
            'value': 'max(mean_days)',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_charge_to_completion_median',
            'mart': 'court_timeliness',
            'feed': 'hmcts/results',
            'day': 'quarter',
            'where': crown_whole ~ " and stage = 'crown_charge_to_completion'",
            'value': 'max(median_days)',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_charge_to_completion_mean',
            'mart': 'court_timeliness',
            'feed': 'hmcts/results',
            'day': 'quarter',
            'where': crown_whole ~ " and stage = 'crown_charge_to_completion'",
            'value': 'max(mean_days)',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_waiting_median',
            'mart': 'court_timeliness',
            'feed': 'hmcts/results',
            'day': 'quarter',
            'where': crown_whole ~ " and stage = 'sending_to_main_hearing'",
            'value': 'max(median_days) / 7',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_waiting_mean',
            'mart': 'court_timeliness',
            'feed': 'hmcts/results',
            'day': 'quarter',
            'where': crown_whole ~ " and stage = 'sending_to_main_hearing'",
            'value': 'max(mean_days) / 7',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_hearings_per_defendant',
            'mart': 'defendant_timeliness',
            'feed': 'hmcts/results',
            'day': 'completion_date',
            'where': "jurisdiction = 'C' and is_crown_case",
            'value': justice.rate('sum(crown_hearings)', 'count(*)'),
            'geographies': ['all'],
        },
        {
            'measure': 'magistrates_offence_to_completion_median',
            'mart': 'court_timeliness',
            'feed': 'hmcts/results',
            'day': 'quarter',
            'where': magistrates_whole ~ " and stage = 'offence_to_completion'",
            'value': 'max(median_days)',
            'geographies': ['all'],
        },
        {
            'measure': 'crown_trials_effective_share',
            'mart': 'trial_effectiveness',
            'feed': 'hmcts/hearings',
            'day': 'quarter',
            'where': crown_trials,
            'value': justice.rate(
                justice.sum_where('initial_trials_in_denominator', "outcome_class = 'EFFECTIVE'"),
                'sum(initial_trials_in_denominator)'
            ),
            'geographies': ['all'],
        },
        {
            'measure': 'crown_trials_ineffective_share',
            'mart': 'trial_effectiveness',
            'feed': 'hmcts/hearings',
            'day': 'quarter',
            'where': crown_trials,
            'value': justice.rate(
                justice.sum_where('initial_trials_in_denominator', "outcome_class = 'INEFFECTIVE'"),
                'sum(initial_trials_in_denominator)'
            ),
            'geographies': ['all'],
        },
        {
            'measure': 'magistrates_trials_effective_share',
            'mart': 'trial_effectiveness',
            'feed': 'hmcts/hearings',
            'day': 'quarter',
            'where': magistrates_trials,
            'value': justice.rate(
                justice.sum_where('initial_trials_in_denominator', "outcome_class = 'EFFECTIVE'"),
                'sum(initial_trials_in_denominator)'
            ),
            'geographies': ['all'],
        },
        {
            'measure': 'magistrates_trials_ineffective_share',
            'mart': 'trial_effectiveness',
            'feed': 'hmcts/hearings',
            'day': 'quarter',
            'where': magistrates_trials,
            'value': justice.rate(
                justice.sum_where('initial_trials_in_denominator', "outcome_class = 'INEFFECTIVE'"),
                'sum(initial_trials_in_denominator)'
            ),
            'geographies': ['all'],
        },
        {
            'measure': 'magistrates_unrepresented_share',
            'mart': 'representation',
            'feed': 'hmcts/hearing_defendants',
            'day': 'quarter',
            'where': "jurisdiction = 'M' and stage = 'first_hearing'",
            'value': justice.rate('sum(unrepresented)', 'sum(defendants)'),
            'geographies': ['all'],
        },
        {
            'measure': 'custody_rate_all',
            'mart': 'court_sentencing',
            'feed': 'hmcts/results',
            'day': 'quarter',
            'where': 'defendants_sentenced > 0',
            'value': justice.rate('sum(immediate_custody)', 'sum(defendants_sentenced)'),
            'geographies': ['all'],
        },
        {
            'measure': 'custody_length_all_mean',
            'mart': 'court_sentencing',
            'feed': 'hmcts/results',
            'day': 'quarter',
            'where': 'custody_length_n > 0',
            'value': justice.rate(justice.exact_total('custody_length_months_total'), 'sum(custody_length_n)'),
            'geographies': ['all'],
        },
        {
            'measure': 'remand_population',
            'mart': 'remand_durations',
            'feed': 'prison/custody_spells',
            'day': stock_day,
            'where': stock ~ " and breakdown = 'all'",
            'value': 'sum(n)',
            'geographies': ['all'],
        },
        {
            'measure': 'remand_convicted_unsentenced_share',
            'mart': 'remand_durations',
            'feed': 'prison/custody_spells',
            'day': stock_day,
            'where': stock ~ " and breakdown = 'legal_status'",
            'value': justice.rate(
                justice.sum_where('n', "breakdown_value = 'convicted_unsentenced'"), 'sum(n)'
            ),
            'geographies': ['all'],
        },
        {
            'measure': 'remand_held_over_six_months_share',
            'mart': 'remand_durations',
            'feed': 'prison/custody_spells',
            'day': stock_day,
            'where': stock ~ " and breakdown = 'all'",
            'value': 'max(share_over_182)',
            'geographies': ['all'],
        },
        {
            'measure': 'magistrates_remanded_acquitted_share',
            'mart': 'remand_outcomes',
            'feed': 'prison/custody_spells',
            'day': 'completion_quarter',
            'where': "remanded_by = 'magistrates' and outcome in ('acquitted', 'non_custodial', 'immediate_custody')",
            'value': justice.rate(justice.count_where("outcome = 'acquitted'"), 'count(*)'),
            'geographies': ['all'],
        },
        {
            'measure': 'magistrates_remanded_non_custodial_share',
            'mart': 'remand_outcomes',
            'feed': 'prison/custody_spells',
            'day': 'completion_quarter',
            'where': "remanded_by = 'magistrates' and outcome in ('acquitted', 'non_custodial', 'immediate_custody')",
            'value': justice.rate(justice.count_where("outcome = 'non_custodial'"), 'count(*)'),
            'geographies': ['all'],
        },
        {
            'measure': 'stop_searches',
            'mart': 'stop_search',
            'feed': 'police/stop_search',
            'day': 'month',
            'where': 'searches > 0',
            'value': 'sum(searches)',
            'geographies': ['all', 'force'],
        },
    ]) }}
{%- endmacro -%}
