"""How long things take, who is remanded and what sentences are passed: the figures behind simulated proceedings.

Belongs here: every number that shapes a proceeding, each with where its size comes from. Does not belong here: offence
and people mixes (`calibration_offences.py`), the bands that test the result (`calibration_targets.py`).

Published series are named by their usual short names (CCSQ: Criminal court statistics quarterly, CJSQ: Criminal Justice
System statistics quarterly, OMSQ: Offender management statistics quarterly, HO: Home Office); figures without a source
are assumptions chosen so that the simulated aggregates land in the bands.
"""

from __future__ import annotations

from orchestration.simulation.calibration_offences import (
    DAMAGE,
    DRUGS,
    FRAUD,
    MISCELLANEOUS,
    MOTORING,
    PUBLIC_ORDER,
    ROBBERY,
    SEXUAL,
    SUMMARY,
    THEFT,
    VIOLENCE,
    WEAPONS,
)

# ---- the world before the window -------------------------------------------------------------------------------------

WARM_UP_DAYS = {"crown": 1_700, "magistrates": 900, "single_justice": 420}
"""How long before the window receipts start, by track, so that the backlog and the prisons are filled at its start."""

ORDINARY_ARRESTS_PER_CHARGED = 1.0
"""Uncharged arrests for each arrest that led to a court case (about half of arrests end in a charge)."""

OUT_OF_COURT_PER_DEFENDANT = 0.20
"""Out-of-court disposals for each defendant received (HO outcomes: about 240,000 against 1.37 m
receipts, less the single justice share left out here)."""

# ---- from offence to first hearing (days: median, sigma of the log) --------------------------------------------------

INITIATION = {
    VIOLENCE: (0.74, 0.26, 0.0),
    SEXUAL: (0.58, 0.42, 0.0),
    ROBBERY: (0.90, 0.10, 0.0),
    THEFT: (0.72, 0.28, 0.0),
    DAMAGE: (0.72, 0.28, 0.0),
    DRUGS: (0.52, 0.48, 0.0),
    WEAPONS: (0.72, 0.28, 0.0),
    PUBLIC_ORDER: (0.74, 0.26, 0.0),
    MISCELLANEOUS: (0.50, 0.44, 0.06),
    FRAUD: (0.38, 0.55, 0.07),
    SUMMARY: (0.66, 0.30, 0.04),
    MOTORING: (0.50, 0.32, 0.18),
}
"""Share initiated by charge, postal requisition, summons."""

OFFENCE_TO_CHARGE_CHARGED = {
    VIOLENCE: (24, 2.0),
    SEXUAL: (330, 1.7),
    ROBBERY: (20, 1.7),
    THEFT: (28, 1.5),
    DAMAGE: (20, 1.5),
    DRUGS: (50, 1.8),
    WEAPONS: (8, 1.9),
    PUBLIC_ORDER: (9, 1.7),
    MISCELLANEOUS: (45, 1.8),
    FRAUD: (300, 1.1),
    SUMMARY: (12, 1.7),
    MOTORING: (4, 1.7),
}
"""Offence to charge where the suspect is charged at the police station."""

OFFENCE_TO_CHARGE_REQUISITIONED = {
    VIOLENCE: (170, 0.7),
    SEXUAL: (520, 1.0),
    ROBBERY: (200, 0.7),
    THEFT: (140, 0.7),
    DAMAGE: (130, 0.6),
    DRUGS: (230, 0.7),
    WEAPONS: (140, 0.7),
    PUBLIC_ORDER: (140, 0.6),
    MISCELLANEOUS: (230, 0.8),
    FRAUD: (520, 0.7),
    SUMMARY: (110, 0.4),
    MOTORING: (125, 0.35),
}
"""Offence to requisition or summons: an investigation first."""

HISTORIC_SEXUAL = (0.30, 6_200, 0.7)
"""Sexual cases about the distant past: share, median days, sigma. The long tail makes the mean offence-to-completion
time twice the median (CCSQ Q4 2025: 346 and 707 days)."""

OFFENCE_TO_NOTICE = (105, 0.5)
NOTICE_TO_DECISION = (52, 0.45)
"""Single justice procedure, so that magistrates' offence to completion has a median near 182-187 days (CCSQ 2023)."""

CHARGE_TO_FIRST_HEARING = {"bailed": (26, 0.45), "requisition": (40, 0.5), "summons": (48, 0.5)}

# ---- in the magistrates' court ---------------------------------------------------------------------------------------

FIRST_HEARING_ABSENT = {"charge": 0.045, "requisition": 0.085, "summons": 0.07}
WARRANT_TO_EXECUTION = (45, 1.3)
WARRANT_NEVER_EXECUTED = 0.16
"""Failures to attend that lead to a bench warrant, and how long it is out."""

ALLOCATION_LATER = 0.30
ALLOCATION_AFTER = (24, 0.4)
"""Share of either-way cases allocated at a second hearing, and when."""

GUILTY_AT_FIRST_HEARING = {
    VIOLENCE: 0.50,
    SEXUAL: 0.40,
    ROBBERY: 0.5,
    THEFT: 0.78,
    DAMAGE: 0.66,
    DRUGS: 0.85,
    WEAPONS: 0.80,
    PUBLIC_ORDER: 0.66,
    MISCELLANEOUS: 0.70,
    FRAUD: 0.70,
    SUMMARY: 0.50,
    MOTORING: 0.70,
}
"""Magistrates' cases: pleads guilty when first asked."""

EARLY_END = 0.055
"""Withdrawn or discontinued at or soon after the first hearing."""

PROVED_IN_ABSENCE = {"requisition": 0.08, "summons": 0.22}

SENTENCE_ADJOURNED = {"magistrates": 0.30, "crown": 0.72}
"""Put off for a pre-sentence report."""

SENTENCE_AFTER = {"magistrates": (26, 0.35), "crown": (86, 0.5)}
"""Days from conviction to sentence then."""

MAGISTRATES_TRIAL_WAIT = (112, 0.45)
MAGISTRATES_TRIAL_WAIT_CUSTODY = (38, 0.35)
MAGISTRATES_RELIST = (62, 0.4)

# ---- trials ----------------------------------------------------------------------------------------------------------

TRIAL_OUTCOMES = {"magistrates": (0.425, 0.350, 0.225), "crown": (0.413, 0.345, 0.242)}
"""Effective, cracked, ineffective, at each listing (CCSQ: effective 42% and 41%, ineffective 22-26%, by the
first listing)."""

TRIALS_LISTED_AT_MOST = 4
"""A trial that was ineffective three times goes ahead at the fourth listing."""

VACATED = {"magistrates": 0.10, "crown": 0.15}
"""Trial dates taken out of the list before the day, as a share of all listed; outside the effectiveness rate."""

CRACKED_GUILTY = {"magistrates": 0.55, "crown": 0.68}
"""Cracked trials that end in a guilty plea; in the others the prosecution ends."""

CONVICTED_AT_TRIAL = {"magistrates": 0.69, "crown": 0.56}

CRACKED_GUILTY_CODES = {"A": 0.62, "B": 0.08, "C": 0.22, "D": 0.05, "E": 0.03}
CRACKED_ENDED_CODES = {"I": 0.40, "J": 0.42, "K": 0.12, "L": 0.06}
INEFFECTIVE_CODES = {
    "magistrates": {
        "M1": 0.04, "M2": 0.08, "M3": 0.08, "N1": 0.08, "N3": 0.18, "O1": 0.02, "O2": 0.02, "Q1": 0.02, "Q2": 0.06,
        "R": 0.03, "S1": 0.14, "S2": 0.04, "S3": 0.02, "U2": 0.02, "V": 0.02, "W1": 0.04, "W2": 0.02, "W3": 0.06,
        "W4": 0.02, "W5": 0.01,
    },
    "crown": {
        "M1": 0.05, "M2": 0.09, "M3": 0.07, "N1": 0.03, "N3": 0.10, "O1": 0.05, "O2": 0.03, "P": 0.02, "Q1": 0.02,
        "Q2": 0.08, "R": 0.02, "S1": 0.08, "S2": 0.06, "S3": 0.03, "U1": 0.05, "V": 0.03, "W1": 0.06, "W2": 0.07,
        "W3": 0.04, "W4": 0.01, "X": 0.01,
    },
}  # fmt: skip
VACATED_CODES = {"A": 0.12, "B": 0.12, "D": 0.18, "E": 0.08, "F": 0.12, "I": 0.04, "K": 0.16, "L": 0.10, "P": 0.04,
                 "Z": 0.04}  # fmt: skip
"""Reasons, by class (codes as the courts record them; shares assumed)."""

# ---- in the Crown Court ----------------------------------------------------------------------------------------------

SENDING_TO_PLEA_HEARING = (30, 0.18)
PLEA_HEARING_GUILTY = 0.38
EARLY_GUILTY_NEEDS_LATER_HEARING = 0.15
"""Pleads guilty at the first Crown hearing, or at a further review before trial."""

CROWN_TRIAL_WAIT_BAIL = (450, 0.52)
CROWN_TRIAL_WAIT_CUSTODY = (190, 0.48)
CROWN_TRIAL_WAIT_TILT = {SEXUAL: 1.25, FRAUD: 1.2, DRUGS: 1.05, VIOLENCE: 1.0}
CROWN_RELIST = (120, 0.5)
CROWN_RELIST_CUSTODY = (60, 0.5)
"""Sending to trial date (CCSQ: a median wait near 41 weeks for not guilty trials; custody cases first)."""

CROWN_EARLY_END = 0.06
"""Crown Court cases the prosecution ends between the plea hearing and the trial."""

REGION_DELAY = {
    "London": 1.15,
    "South East": 1.2,
    "Midlands": 1.0,
    "North West": 0.85,
    "North East": 0.85,
    "South West": 0.95,
    "Wales": 0.65,
}
"""Trial waits by region (CCSQ Q4 2025: offence to completion 411 days in the South East, 240 in Wales)."""

CROWN_RECEIPTS_GROWTH = 0.07
"""Yearly growth of what the Crown Court receives (94,713 cases in 2022, 120,524 in 2025: 8% a year; CCSQ Q4 2025), so
that its open caseload grows by 8% (74,106 to 80,203 in 2025); the longest cases are older than the warm-up, which adds
a little."""

CROWN_MENTIONS = {"trial": 1.95, "committed": 1.25}
"""Hearings of a case for management, applications and mentions beyond those that move it on, on average, so that
a defendant has 4.0 hearings (CCSQ Q4 2025: 4.05)."""

BAILED_AT_MENTION = 0.008
"""Of people in custody, at such a hearing."""

COMMITTAL_TO_SENTENCE = (56, 0.45)
APPEAL_SHARE = {"not_guilty_plea": 0.06, "guilty_plea": 0.008}
APPEAL_LODGED_AFTER = (14, 0.3)
APPEAL_TO_HEARING = (75, 0.5)
APPEAL_ALLOWED = 0.30
"""Appeals from magistrates: about 6,000 a year among 120,000 Crown receipts."""

MERGED_SHARE = 0.35
"""Cases of two or more defendants whose later defendants were first received as cases of their own."""

# ---- remand ----------------------------------------------------------------------------------------------------------

REMANDED_AT_FIRST_HEARING = {
    "crown": {
        VIOLENCE: 0.52, SEXUAL: 0.42, ROBBERY: 0.66, THEFT: 0.56, DAMAGE: 0.55, DRUGS: 0.50, WEAPONS: 0.52,
        PUBLIC_ORDER: 0.34, MISCELLANEOUS: 0.34, FRAUD: 0.14, SUMMARY: 0.3, MOTORING: 0.1,
    },
    "magistrates": {
        VIOLENCE: 0.13, SEXUAL: 0.08, ROBBERY: 0.3, THEFT: 0.17, DAMAGE: 0.07, DRUGS: 0.035, WEAPONS: 0.11,
        PUBLIC_ORDER: 0.12, MISCELLANEOUS: 0.10, FRAUD: 0.04, SUMMARY: 0.065, MOTORING: 0.012,
    },
}  # fmt: skip
"""Of those charged at the station and kept for court: remanded in custody when first before a court."""

YOUTH_REMAND_FACTOR = 0.45
WOMEN_REMAND_FACTOR = 0.35
"""At the first hearing and at later ones. With fewer and shorter terms, women come to 4% of prisoners (OMSQ)."""

BAIL_APPLICATION = 0.28
BAIL_APPLICATION_GRANTED = 0.48
HEARING_AGAIN = 0.60
BAILED_AT_PLEA_HEARING = 0.07
BAILED_AT_OTHER_HEARING = 0.045
BREACH_OF_BAIL = {"crown": 0.085, "magistrates": 0.035}
BREACH_REMANDED = 0.65
REMANDED_AFTER_VERDICT = {"crown": 0.62, "magistrates": 0.14}
REMANDED_AFTER_GUILTY_PLEA = {"crown": 0.11, "magistrates": 0.04}
BAILED_AFTER_CONVICTION = 0.05
WARRANT_REMANDED = 0.30
"""Transitions between bail and custody at later hearings."""

CONDITIONAL_BAIL_SHARE = {"charge": 0.62, "requisition": 0.18, "summons": 0.05}

CUSTODY_TIME_LIMIT_DAYS = {"summary": 56, "either_way": 70, "crown": 182}
"""Prosecution of Offences (Custody Time Limits) Regulations 1987."""

CTL_EXTENDED = 0.93
CTL_EXTENSION_BEFORE = (9, 0.6)
CTL_EXTENSION_BEYOND_TRIAL = 21
"""Share of limits reached while still untried that the court extends; the rest lapse on the record."""

BAIL_EXCEPTIONS = {
    "LO": 0.62, "LTA": 0.46, "PREVIW": 0.24, "OWB": 0.12, "BOB": 0.08, "LOCIF": 0.10, "LOPMI": 0.05, "OPA": 0.04,
    "OWEL": 0.02, "INSINF": 0.05, "FTS": 0.03, "BOBC": 0.02, "PREPR": 0.02, "AIC": 0.03,
}  # fmt: skip
BAIL_EXCEPTION_REASONS = {
    "NSO": 0.66, "PRC": 0.58, "SOCAS": 0.30, "BBC": 0.14, "OOB": 0.13, "FTSUR": 0.20, "LCTIE": 0.18, "MTHRT": 0.06,
    "UTCOP": 0.06, "INSUFTI": 0.04, "ASUIC": 0.02,
}  # fmt: skip
"""Share of refusals of bail that cite each (shares assumed, none are published)."""

REMAND_BASIS_NOT_STATED = 0.14
REMAND_REASONS_NOT_STATED = 0.12
"""Completeness of remand grounds as recorded: the gap is part of the truth of the record."""

# ---- representation --------------------------------------------------------------------------------------------------

REPRESENTATION = {
    "crown": {"REPRESENTATION_ORDER": 0.80, "DUTY_SOLICITOR": 0.01, "PRIVATE": 0.08, "OTHER": 0.02, "NONE": 0.05},
    "imprisonable": {"REPRESENTATION_ORDER": 0.3, "DUTY_SOLICITOR": 0.28, "PRIVATE": 0.06, "OTHER": 0.02, "NONE": 0.2},
    "other": {"REPRESENTATION_ORDER": 0.03, "DUTY_SOLICITOR": 0.08, "PRIVATE": 0.17, "OTHER": 0.02, "NONE": 0.52},
}  # fmt: skip
"""At a hearing; what is missing from 1 is not recorded (estimates for 2020-23: 13-30% without representation
outside single justice, Crown 7.7%)."""

LEGAL_AID_STATUS = {"GR": 0.83, "FM": 0.05, "FJ": 0.05, "WD": 0.03, "AP": 0.04}

# ---- sentences -------------------------------------------------------------------------------------------------------

SUSPENDED_UNDER_PRESUMPTION = 0.62
PRESUMPTION_MONTHS = 12
"""Terms of 12 months or less of adults are presumed suspended (Sentencing Act 2026; from when is in `regimes.csv`)."""

SPARED_CUSTODY = {"men": 0.30, "women": 0.90}
CUSTODY_AFTER_REMAND = {"magistrates": 0.65, "crown": 0.60}
"""Sentencing after bail and after remand: two thirds of those remanded at the Crown Court go to prison, two
fifths of those remanded by magistrates (CJSQ, 2018)."""

DISPOSAL_SHARE_MAGISTRATES = {
    VIOLENCE: (0.21, 0.15, 0.35, 0.17, 0.10, 0.005, 0.015),
    SEXUAL: (0.14, 0.20, 0.50, 0.10, 0.05, 0.0, 0.01),
    ROBBERY: (0.30, 0.20, 0.45, 0.0, 0.05, 0.0, 0.0),
    THEFT: (0.32, 0.09, 0.20, 0.20, 0.16, 0.005, 0.025),
    DAMAGE: (0.20, 0.09, 0.25, 0.20, 0.20, 0.01, 0.05),
    DRUGS: (0.035, 0.035, 0.13, 0.63, 0.15, 0.005, 0.015),
    WEAPONS: (0.29, 0.22, 0.26, 0.12, 0.09, 0.005, 0.015),
    PUBLIC_ORDER: (0.19, 0.14, 0.28, 0.22, 0.14, 0.005, 0.025),
    MISCELLANEOUS: (0.09, 0.15, 0.28, 0.37, 0.09, 0.005, 0.015),
    FRAUD: (0.09, 0.14, 0.36, 0.24, 0.14, 0.005, 0.025),
    SUMMARY: (0.045, 0.055, 0.21, 0.465, 0.19, 0.008, 0.027),
    MOTORING: (0.008, 0.03, 0.075, 0.865, 0.008, 0.006, 0.004),
}
DISPOSAL_SHARE_CROWN = {
    VIOLENCE: (0.60, 0.28, 0.09, 0.01, 0.015, 0.0, 0.005),
    SEXUAL: (0.70, 0.15, 0.13, 0.005, 0.01, 0.0, 0.005),
    ROBBERY: (0.74, 0.18, 0.07, 0.0, 0.005, 0.0, 0.005),
    THEFT: (0.66, 0.21, 0.10, 0.01, 0.015, 0.0, 0.005),
    DAMAGE: (0.50, 0.27, 0.17, 0.01, 0.04, 0.0, 0.01),
    DRUGS: (0.55, 0.33, 0.08, 0.03, 0.005, 0.0, 0.005),
    WEAPONS: (0.62, 0.28, 0.08, 0.005, 0.01, 0.0, 0.005),
    PUBLIC_ORDER: (0.43, 0.36, 0.16, 0.02, 0.025, 0.0, 0.005),
    MISCELLANEOUS: (0.42, 0.40, 0.14, 0.025, 0.01, 0.0, 0.005),
    FRAUD: (0.40, 0.42, 0.16, 0.01, 0.005, 0.0, 0.005),
    SUMMARY: (0.25, 0.25, 0.27, 0.11, 0.10, 0.005, 0.015),
    MOTORING: (0.10, 0.15, 0.20, 0.50, 0.04, 0.0, 0.01),
}
"""Disposal of the principal offence of an adult, by group (CJSQ: immediate custody 31% of indictable)."""

SINGLE_JUSTICE_DISPOSALS = (0.0, 0.0, 0.0, 0.965, 0.02, 0.015, 0.0)

YOUTH_DISPOSAL_SHARE = {
    "magistrates": {"referral": 0.56, "youth_rehabilitation": 0.22, "conditional_discharge": 0.12, "fine": 0.05,
                    "custody": 0.05},
    "crown": {"referral": 0.10, "youth_rehabilitation": 0.52, "conditional_discharge": 0.02, "fine": 0.0,
              "custody": 0.36},
}  # fmt: skip

CUSTODY_LENGTH_CROWN = {
    VIOLENCE: (22, 0.80),
    SEXUAL: (52, 0.80),
    ROBBERY: (40, 0.55),
    THEFT: (16, 0.70),
    DAMAGE: (20, 0.80),
    DRUGS: (32, 0.55),
    WEAPONS: (12, 0.75),
    PUBLIC_ORDER: (11, 0.60),
    MISCELLANEOUS: (12, 0.70),
    FRAUD: (22, 0.70),
    SUMMARY: (4, 0.35),
    MOTORING: (3, 0.3),
}
"""Months of the principal offence's term at the Crown Court: median and sigma (CJSQ: about 20 months all courts)."""

WOMEN_TERM_FACTOR = 0.65
"""Terms of women at the Crown Court, for the same group of offences."""

CUSTODY_WEEKS_MAGISTRATES = (4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 30, 36, 40, 52)
CUSTODY_WEEKS_MAGISTRATES_SHARE = (
    0.07, 0.06, 0.14, 0.06, 0.18, 0.04, 0.13, 0.08, 0.08, 0.03, 0.05, 0.04, 0.01, 0.01, 0.01, 0.01,
)  # fmt: skip

LIFE_CODES = ("COML025", "COML026", "OF61003")
LIFE_SHARE_OTHER = {VIOLENCE: 0.008, SEXUAL: 0.01}
EXTENDED_SHARE = {VIOLENCE: 0.06, SEXUAL: 0.13, ROBBERY: 0.03, DAMAGE: 0.05}
TARIFF_MONTHS = (200, 0.35)

CONSECUTIVE_SHARE = 0.22
"""Further terms of imprisonment ordered to run after the principal one; the others run with it."""

RELEASE_FRACTION = {"standard": 0.40, "long": 0.667, "extended": 0.667, "youth": 0.50}
"""Part of a term served; of a standard determinate sentence since SDS40 (from when is in `regimes.csv`)."""

LONG_SENTENCE_MONTHS = 84
"""From this length, two thirds for violent and sexual offences."""

EARLIER_RELEASE_FRACTION = 0.50

FINES = {"magistrates": (230, 0.7), "crown": (420, 0.9), "single_justice": (220, 0.55), "organisation": (4_500, 1.6)}
SURCHARGE_SHARE = 0.40
COSTS = {"magistrates": (85, 85, 110, 135, 200, 650), "crown": (340, 425, 535, 720, 1_200)}
SUSPENDED_MONTHS = (3, 4, 5, 6, 8, 9, 10, 12, 14, 16, 18, 20, 22, 24)
SUSPENDED_MONTHS_SHARE = (0.07, 0.12, 0.05, 0.16, 0.13, 0.06, 0.06, 0.12, 0.05, 0.05, 0.05, 0.03, 0.03, 0.02)

# ---- after sentence --------------------------------------------------------------------------------------------------

RECALL_SHARE = {"short": 0.67, "longer": 0.62}
FIXED_TERM_RECALL_SHARE = 0.45
FIXED_TERM_RECALL_DAYS = (28, 56)
STANDARD_RECALL = (380, 0.6)
"""Recalls (OMSQ: about 10,000 a quarter against 15,000 releases)."""

COMMUNITY_ORDER_MONTHS = (6, 9, 12, 15, 18, 24, 36)
COMMUNITY_ORDER_MONTHS_SHARE = (0.06, 0.04, 0.52, 0.04, 0.20, 0.12, 0.02)
ORDER_TERMINATION = {"COMPLETED": 0.70, "REVOKED_BREACH": 0.16, "REVOKED_GOOD_PROGRESS": 0.13, "DIED": 0.01}

REPEAT_SHARE = {"ordinary": 0.58, "single_justice": 0.05, "uncharged": 0.46, "out_of_court": 0.30}
"""Chance that the person in a new event is one already known: sets how many people come back (proven
reoffending: 27.5% within a year)."""

REPEAT_TILT = {THEFT: 1.35, ROBBERY: 1.05, PUBLIC_ORDER: 1.15, WEAPONS: 1.05, SEXUAL: 0.35, FRAUD: 0.45, MOTORING: 0.7}

TRANSFER_EVERY_DAYS = 150
"""Mean days between transfers from one prison to another."""

PTIURN_BLANK_BOOKINGS = 0.20
PTIURN_BLANK_SPELLS = 0.16
"""Prison rows without the case's reference number: about a third, most of them whole bookings."""
