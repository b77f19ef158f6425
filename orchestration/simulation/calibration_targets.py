"""The bands the simulated world is held to, each with the official figure it stands for and where that is from.

Belongs here: one target per measured figure (`calibration_measures.py`). Does not belong here: how the figures are
reached (`calibration.py`).

A band is wide enough for the chance of a world of about 11,000 defendants, in which the Crown Court has about 1,000
cases and sexual offences about 100 sentences; figures of larger worlds sit near its middle. Series are named as in
`calibration.py`. Levels that only a large world shows with narrow bands are tested by themselves, by another count.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A measured figure, the band it must lie in, and what it stands for."""

    measure: str
    low: float
    high: float
    official: str

    def holds(self, value: float) -> bool:
        """Whether a value lies in the band."""
        return self.low <= value <= self.high


TARGETS = (
    # caseload
    Target("single_justice_share_of_receipts", 0.55, 0.60, "55-60% of receipts (CCSQ)"),
    Target("crown_receipts_per_ordinary_receipt", 0.17, 0.26, "120,000 a year of about 550,000 (CCSQ Q4 2025)"),
    Target(
        "crown_open_per_yearly_disposals", 0.52, 0.85, "80,203 open for 114,400 disposals a year: 0.70 (CCSQ Q4 2025)"
    ),
    Target(
        "crown_open_at_start_per_open_at_end",
        0.75,
        1.25,
        "a backlog already there at the start: 0.92-1.0 (CCSQ Q4 2025)",
    ),
    Target("crown_open_a_year_or_more", 0.22, 0.36, "27.7% of valid open cases (CCSQ Q4 2025)"),
    Target("crown_committed_for_sentence_share", 0.20, 0.34, "about 28% of Crown receipts (CCSQ)"),
    Target("crown_appeal_share", 0.015, 0.07, "about 5% of Crown receipts (CCSQ)"),
    Target("magistrates_open_months_of_receipts", 2.0, 3.6, "310,000-361,000 open for 114,000 receipts a month (CCSQ)"),
    Target("bench_warrant_share", 0.04, 0.09, "assumed: one in sixteen defendants outside single justice"),
    Target("organisation_share", 0.003, 0.02, "about 1% of defendants (CJSQ persons and others)"),
    Target(
        "out_of_court_per_received",
        0.20,
        0.36,
        "240,000 for 550,000 ordinary receipts, scaled: 0.26 (HO outcomes, YE Mar 2026)",
    ),
    # where: open Crown cases by region, valid open December 2025 (CCSQ Q4 2025)
    Target("crown_open_share_london", 0.17, 0.31, "24% of open Crown cases (CCSQ Q4 2025)"),
    Target("crown_open_share_south_east", 0.14, 0.27, "20% (CCSQ Q4 2025)"),
    Target("crown_open_share_midlands", 0.12, 0.24, "18% (CCSQ Q4 2025)"),
    Target("crown_open_share_north_east", 0.09, 0.21, "14% (CCSQ Q4 2025)"),
    Target("crown_open_share_north_west", 0.08, 0.18, "12% (CCSQ Q4 2025)"),
    Target("crown_open_share_south_west", 0.05, 0.15, "8%, here with Hampshire (CCSQ Q4 2025)"),
    Target("crown_open_share_wales", 0.015, 0.08, "4% (CCSQ Q4 2025)"),
    # timeliness (days)
    Target("magistrates_offence_to_completion_median", 165, 200, "182-187 days in 2023 (CCSQ)"),
    Target("magistrates_ordinary_charge_to_completion_median", 40, 75, "52 days (CCSQ Q1 2026)"),
    Target("crown_offence_to_completion_median", 290, 390, "346 days (CCSQ Q4 2025)"),
    Target("crown_offence_to_completion_mean_over_median", 1.5, 2.4, "707 / 346 = 2.0 (CCSQ Q4 2025)"),
    Target("crown_charge_to_completion_median", 140, 200, "181 days (CCSQ Q4 2025)"),
    # trials and pleas
    Target("magistrates_effective_rate", 0.37, 0.47, "42% (CCSQ)"),
    Target("magistrates_ineffective_rate", 0.18, 0.27, "22% (CCSQ)"),
    Target("crown_effective_rate", 0.34, 0.48, "41% (CCSQ)"),
    Target("crown_ineffective_rate", 0.17, 0.31, "23-26% (CCSQ)"),
    Target("crown_guilty_plea_rate", 0.60, 0.71, "65%, Q4 2023 (CCSQ)"),
    Target("cps_conviction_rate", 0.78, 0.88, "84.3% (CPS Q4 2019/20)"),
    # sentences
    Target("custody_rate_all", 0.06, 0.10, "7.2% (CJSQ)"),
    Target("custody_rate_indictable", 0.26, 0.36, "31% (CJSQ)"),
    Target("acsl_all_months", 16.0, 24.0, "19.5-20.1 months (CJSQ)"),
    Target("acsl_indictable_months", 17.0, 25.5, "21.5-22.9 months (CJSQ)"),
    Target("custody_rate_robbery", 0.48, 0.80, "60-65% (CJSQ, approximate)"),
    Target("custody_rate_sexual_offences", 0.42, 0.72, "about 60% (CJSQ, approximate)"),
    Target("custody_rate_violence_against_the_person", 0.28, 0.45, "35-40% (CJSQ, approximate)"),
    Target("custody_rate_possession_of_weapons", 0.22, 0.44, "about 35% (CJSQ, approximate)"),
    Target("custody_rate_theft_offences", 0.24, 0.40, "30-35% (CJSQ, approximate)"),
    Target("custody_rate_criminal_damage_and_arson", 0.10, 0.36, "about 25% (CJSQ, approximate)"),
    Target("custody_rate_drug_offences", 0.15, 0.30, "20-25% (CJSQ, approximate)"),
    Target("custody_rate_public_order_offences", 0.16, 0.34, "20-25% (CJSQ, approximate)"),
    Target("custody_rate_fraud_offences", 0.08, 0.36, "about 20% (CJSQ, approximate)"),
    Target(
        "custody_rate_after_break",
        0.12,
        0.26,
        "falls with the presumption to suspend of 22 March 2026 (Sentencing Act 2026)",
    ),
    Target("fine_share", 0.66, 0.80, "most sentences are fines (CJSQ: about three quarters with all single justice)"),
    Target("effective_over_own_length", 1.01, 1.15, "consecutive terms add a little to the principal one (assumed)"),
    # remand
    Target("remand_net_days_mean", 95, 160, "104-155 days by stock over inflow (OMSQ)"),
    Target("remand_net_days_median", 45, 110, "50 days among sentenced with remand (PQ HL2312, 2016)"),
    Target("remand_untried_share_of_stock", 0.60, 0.85, "66%: 11,195 of 17,023 (OMSQ)"),
    Target("remand_held_over_six_months", 0.18, 0.40, "33% at December 2021 (OMSQ)"),
    Target("remand_entries_per_ordinary_receipt", 0.08, 0.14, "about 60,000 a year for 550,000 receipts (OMSQ)"),
    Target("remand_outcome_immediate_custody", 0.42, 0.68, "42% magistrates to 66% Crown (OMSQ)"),
    Target("remand_outcome_acquitted", 0.12, 0.28, "17-25% (OMSQ)"),
    Target("remand_bail_gap_share", 0.01, 0.09, "assumed: a few in a hundred go back to custody after bail"),
    Target("crown_open_trial_cases_in_custody", 0.14, 0.31, "25.1% of open trial cases (CCSQ Q4 2025)"),
    Target("bail_exceptions_stated", 0.82, 0.94, "assumed completeness of recorded grounds"),
    Target(
        "custody_time_limit_extended_share",
        0.10,
        0.33,
        "at most 33% of Crown custody cases beyond 182 days (CCSQ Q4 2025)",
    ),
    # people
    Target("white_share", 0.74, 0.84, "78-84% of defendants of known ethnicity"),
    Target("black_share", 0.05, 0.12, "8-10%"),
    Target("asian_share", 0.05, 0.11, "6-8%"),
    Target("male_share", 0.78, 0.86, "about 83% outside single justice"),
    Target("youth_share", 0.02, 0.06, "3-4% of those proceeded against"),
    Target("mean_age", 32.0, 38.0, "about 35 years"),
    Target("unrepresented_at_first_hearing", 0.13, 0.30, "13-30% outside single justice (CCSQ)"),
    Target("unrepresented_at_first_crown_hearing", 0.03, 0.11, "7.7% in the Crown Court, 2018 (CCSQ)"),
    Target("proven_reoffending_rate", 0.21, 0.33, "27.5% (proven reoffending, Apr-Jun 2023)"),
    # prison and probation
    Target("ptiurn_blank_in_spells", 0.26, 0.40, "about a third (as the prison extract is known to be)"),
    Target("recalls_per_release", 0.20, 0.75, "9,975-11,041 recalls for 14,946 releases a quarter (OMSQ)"),
    Target("remand_share_of_prison_stock", 0.15, 0.36, "20% (OMSQ); sentences from before the warm-up are missing"),
    Target("women_share_of_prison_stock", 0.02, 0.12, "4% of the prison population (OMSQ)"),
    Target("community_orders_completed", 0.60, 0.80, "assumed: seven in ten"),
)
"""All targets, by subject."""
