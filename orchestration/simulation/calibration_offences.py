"""What is charged, by whom, against whom, and where: weights behind the simulated caseload.

Belongs here: shares by offence, force, sex, age, ethnicity and prosecutor. Does not belong here: durations, remand and
sentences (`calibration.py`), or the bands the result is held to (`calibration_targets.py`).

Sources. Group mix of court receipts: CCSQ and CJSQ shapes of 2023-25, scaled. Popular codes within a
group, force volumes and demographics by group: general knowledge of the published series, rounded; they are assumptions
of this simulation, not official figures.
"""

from __future__ import annotations

VIOLENCE = "violence_against_the_person"
SEXUAL = "sexual_offences"
ROBBERY = "robbery"
THEFT = "theft_offences"
DAMAGE = "criminal_damage_and_arson"
DRUGS = "drug_offences"
WEAPONS = "possession_of_weapons"
PUBLIC_ORDER = "public_order_offences"
MISCELLANEOUS = "miscellaneous_crimes_against_society"
FRAUD = "fraud_offences"
SUMMARY = "summary_non_motoring"
MOTORING = "summary_motoring"

OFFENCE_GROUPS = (
    VIOLENCE,
    SEXUAL,
    ROBBERY,
    THEFT,
    DAMAGE,
    DRUGS,
    WEAPONS,
    PUBLIC_ORDER,
    MISCELLANEOUS,
    FRAUD,
    SUMMARY,
    MOTORING,
)
"""The twelve offence groups in the order every per-group table of the simulation uses."""

COURT_GROUP_SHARE = {
    VIOLENCE: 0.110,
    SEXUAL: 0.023,
    ROBBERY: 0.012,
    THEFT: 0.155,
    DAMAGE: 0.017,
    DRUGS: 0.085,
    WEAPONS: 0.042,
    PUBLIC_ORDER: 0.060,
    MISCELLANEOUS: 0.052,
    FRAUD: 0.017,
    SUMMARY: 0.230,
    MOTORING: 0.197,
}
"""Share of cases outside the single justice procedure by principal offence group."""

OUT_OF_COURT_GROUP_SHARE = {
    VIOLENCE: 0.10,
    SEXUAL: 0.01,
    ROBBERY: 0.0,
    THEFT: 0.20,
    DAMAGE: 0.10,
    DRUGS: 0.24,
    WEAPONS: 0.02,
    PUBLIC_ORDER: 0.04,
    MISCELLANEOUS: 0.03,
    FRAUD: 0.01,
    SUMMARY: 0.25,
    MOTORING: 0.0,
}
"""Share of out-of-court disposals by offence group (community resolutions for drugs, theft and common assault lead)."""

UNCHARGED_ARREST_GROUP_SHARE = {
    VIOLENCE: 0.30,
    SEXUAL: 0.07,
    ROBBERY: 0.03,
    THEFT: 0.15,
    DAMAGE: 0.07,
    DRUGS: 0.09,
    WEAPONS: 0.04,
    PUBLIC_ORDER: 0.08,
    MISCELLANEOUS: 0.05,
    FRAUD: 0.02,
    SUMMARY: 0.10,
    MOTORING: 0.0,
}
"""Share of arrests that end without a charge by offence group (Home Office arrests: violence leads)."""

CODE_WEIGHTS = {
    # violence
    "OF61102": 26, "CJ88160": 14, "OF61131": 13, "CJ88159": 5, "SC15005": 10, "OF61014": 6, "SC15004": 7,
    "PH97009": 3, "PH97010": 2, "PH97011": 3, "OF61016": 5, "OF61017": 2.5, "CD98070": 2, "CY33054": 2,
    "RA88046": 0.7, "RT88526": 1.2, "COML025": 0.8, "COML025A": 0.8, "COML022": 0.4, "COML017": 1, "COML020": 0.8,
    # sexual
    "SX03002": 16, "SX03001": 5, "SX03013": 5, "SX03007": 28, "SX03017": 8, "SX03128": 10, "SX03224": 8,
    "SX03025": 6, "SX03225": 4, "SX03005": 4, "SX03131": 3,
    # robbery
    "TH68023": 80, "TH68023A": 10, "TH68025": 6, "TH68023C": 4,
    # theft
    "TH68010": 52, "TH68010A": 3, "TH68020": 7, "TH68001": 3, "TH68007": 4, "TH68013": 3, "TH68006": 2,
    "TH68036": 8, "TH68037": 7, "TH68026": 2, "TH68027": 2, "TH68073": 4, "TH68142": 1, "TH68141": 2,
    "TH68071": 1, "TH68045": 0.7, "TH68003": 2,
    # criminal damage
    "CD71039": 70, "CD71038": 8, "CD71015": 6, "CD71040": 4, "CD71050": 4, "CD71049": 3, "CD98074": 3,
    # drugs
    "MD71530": 34, "MD71210": 14, "MD71211": 5, "MD71214": 6, "MD71230": 9, "MD71231": 4, "MD71234": 5,
    "MD71526": 8, "MD71531": 4, "MD71170": 3, "MD71171": 2, "MD71174": 2, "MD71130": 1, "MD71130C": 1.5,
    "MD71022": 3, "MD71225": 3,
    # weapons
    "CJ88144": 55, "PC53001": 24, "CJ88154": 5, "FI68247": 3, "FI68001": 2, "FI68421": 1.5, "FI68320": 1.5,
    "PC53003": 4, "FI68099": 1.5,
    # public order
    "SE20002": 34, "PU86003": 16, "FL96001": 14, "CD98067": 8, "CD98066": 5, "PU86002": 6, "SE20001": 10,
    "PH97012": 4, "PS22001": 2,
    # miscellaneous
    "RT88026": 24, "CJ88115": 5, "PK78008": 12, "SX03204": 10, "COML030": 7, "PC02021": 6, "PC02020": 3,
    "DD91034": 6, "ID10001": 3, "SE20012": 6, "TH68081": 4, "PR52024": 4, "OS23002": 3, "IM71135": 3, "AW06041": 2,
    "CJ94005": 2, "EP90015": 1.5, "HS74001": 1,
    # fraud
    "FA06001": 62, "FA06003": 8, "FA06004": 6, "TH78011": 10, "FA06001C": 3, "SS92050": 4, "SS92039": 3,
    # summary, not motoring
    "CJ88116": 42, "PU86004": 12, "CJ67002": 7, "PU86149": 6, "PL96001": 5, "PL96003": 5, "PH97004": 4, "CA03005": 5,
    "BA76001": 5, "TH68050": 3, "CJ88001": 2, "CA81001": 1, "AW06029": 1, "ED96015": 1.5, "PH97006": 1, "RE59025": 0.5,
    # motoring
    "RT88007": 30, "RT88584": 22, "RT88333": 14, "RA88001": 6, "RT88010": 6, "RT88218": 5, "RT88575": 7, "RT88339": 1,
    "RT88334": 4, "RT88191": 3, "RT88567": 2,
}  # fmt: skip
"""Popularity of an offence code within its group; codes of the reference list not named here weigh 0.3."""

UNLISTED_CODE_WEIGHT = 0.3

CASES_FROM_SINGLE_JUSTICE_ONLY = ("CA03010", "VE94005", "VE94014", "VE94015", "RL05045", "RL05061", "EP90046")
"""Codes that reach a full hearing only from the single justice procedure."""

SINGLE_JUSTICE_CODES = {
    "RR84706": 10, "RR84707": 3, "RR84222": 5, "RR84223": 3, "RR84018": 5, "RR84220": 3, "RT88567": 16, "RT88191": 10,
    "RT88334": 4, "RV86019": 3, "RT88966": 2, "RT88575": 4, "RT88509": 1, "RT88096": 1, "VE94005": 18, "RT88569": 8,
    "VE94014": 2, "CA03010": 10, "RL05045": 7, "RL05061": 3, "EP90046": 2, "ED96001": 5, "SF75045": 2,
}  # fmt: skip
"""Share of single justice notices by offence code."""

SINGLE_JUSTICE_PROSECUTORS = {
    "VE94005": "DVLA",
    "RT88569": "DVLA",
    "VE94014": "DVLA",
    "VE94015": "DVLA",
    "CA03010": "TVL",
    "RL05045": "TOC",
    "RL05061": "TOC",
    "EP90046": "LA",
    "ED96001": "LA",
    "SF75045": "EA",
}
"""Who serves the notice: vehicle licensing, television licensing, train operators, councils, Environment Agency."""

SINGLE_JUSTICE_DEFAULT_PROSECUTOR = "POLICE"

OTHER_PROSECUTORS = {
    "AW06029": "RSPCA",
    "AW06041": "RSPCA",
    "EP90015": "EA",
    "HS74001": "HSE",
    "ED96015": "LA",
    "SS92050": "LA",
    "CM07001": "CPS",
}
"""Prosecutor by offence code in ordinary cases; every other is the CPS's, or the police's own for some motoring."""

POLICE_PROSECUTION_SHARE = 0.12
"""Share of ordinary summary motoring cases that the police prosecute themselves."""

ORGANISATION_CODES = ("HS74001", "EP90015", "CM07001")
"""Offences mostly charged against organisations."""

ORGANISATION_SHARE_OF_THOSE = 0.75
ORGANISATION_SHARE_SINGLE_JUSTICE = 0.03
"""Company vehicles: share of DVLA and failure-to-identify notices that go to an organisation."""

FORCE_WEIGHTS = {
    "01": 1_100, "03": 42, "04": 150, "05": 150, "06": 340, "07": 90, "10": 150, "11": 62, "12": 55, "13": 290,
    "14": 155, "16": 98, "17": 78, "20": 350, "21": 95, "22": 98, "23": 45, "30": 95, "31": 115, "32": 60, "33": 105,
    "34": 70, "35": 75, "36": 70, "37": 55, "40": 62, "41": 88, "42": 165, "43": 190, "44": 170, "45": 80, "46": 175,
    "47": 145, "48": 8, "50": 115, "52": 155, "53": 48, "54": 47, "55": 58, "60": 65, "61": 55, "62": 120, "63": 40,
    "93": 40,
}  # fmt: skip
"""Relative volume of police work by force code (recorded crime in thousands, rounded)."""

DEFAULT_FORCE_WEIGHT = 80

CROWN_OPEN_BY_REGION = {
    "London": 18_260,
    "South East": 15_176,
    "Midlands": 13_582,
    "North East": 10_459,
    "North West": 9_406,
    "South West": 6_030,
    "Wales": 2_787,
}
"""Open Crown Court cases with a valid age by region, December 2025 (CCSQ Q4 2025)."""

LONDON_FORCES = ("01", "48")
DIVERSE_FORCES = ("06", "13", "20", "31", "33", "40", "41", "43", "93")

ETHNIC_GROUPS = ("white", "mixed", "asian", "black", "other")

ETHNICITY_BY_AREA = {
    "london": (0.52, 0.075, 0.14, 0.215, 0.05),
    "diverse": (0.755, 0.055, 0.115, 0.06, 0.015),
    "elsewhere": (0.905, 0.03, 0.03, 0.025, 0.01),
}
"""Ethnic group of people dealt with, by kind of force area (national result near Statistics on Ethnicity and the
Criminal Justice System: about 78-84% White, 8-10% Black, 6-8% Asian, 4-5% Mixed)."""

ETHNICITY_TILT = {
    ROBBERY: (0.85, 1.5, 0.8, 1.9, 1.0),
    DRUGS: (0.92, 1.3, 1.1, 1.5, 1.0),
    WEAPONS: (0.93, 1.3, 0.8, 1.6, 1.0),
    SEXUAL: (1.0, 0.8, 1.2, 0.9, 1.4),
    FRAUD: (0.93, 0.9, 1.5, 1.5, 1.1),
}
"""How the mix of an offence group departs from the area's own."""

ETHNICITY_CODES = {
    "white": ("W1", "W2", "W9"),
    "mixed": ("M1", "M2", "M3", "M9"),
    "asian": ("A1", "A2", "A3", "A9"),
    "black": ("B1", "B2", "B9"),
    "other": ("O1", "O9"),
}

ETHNICITY_CODE_SHARE = {
    "white": (0.86, 0.015, 0.125),
    "mixed": (0.47, 0.14, 0.14, 0.25),
    "asian": (0.20, 0.38, 0.16, 0.26),
    "black": (0.30, 0.40, 0.30),
    "other": (0.14, 0.86),
}

MALE_SHARE = {
    VIOLENCE: 0.85,
    SEXUAL: 0.985,
    ROBBERY: 0.91,
    THEFT: 0.79,
    DAMAGE: 0.86,
    DRUGS: 0.91,
    WEAPONS: 0.91,
    PUBLIC_ORDER: 0.86,
    MISCELLANEOUS: 0.86,
    FRAUD: 0.67,
    SUMMARY: 0.77,
    MOTORING: 0.79,
}

MALE_SHARE_BY_CODE = {"CA03010": 0.27, "ED96001": 0.30, "ED96015": 0.30}
"""Offences whose defendants are mostly women: television licences and school attendance."""

YOUTH_SHARE = {
    VIOLENCE: 0.055,
    SEXUAL: 0.05,
    ROBBERY: 0.24,
    THEFT: 0.025,
    DAMAGE: 0.06,
    DRUGS: 0.025,
    WEAPONS: 0.11,
    PUBLIC_ORDER: 0.03,
    MISCELLANEOUS: 0.015,
    FRAUD: 0.005,
    SUMMARY: 0.04,
    MOTORING: 0.006,
}
"""Share aged 10-17 at the offence, by group."""

ADULT_AGE_GAMMA = {
    VIOLENCE: (2.0, 8.0),
    SEXUAL: (1.9, 12.0),
    ROBBERY: (1.4, 7.5),
    THEFT: (2.9, 6.3),
    DAMAGE: (1.9, 8.0),
    DRUGS: (1.6, 7.5),
    WEAPONS: (1.6, 8.5),
    PUBLIC_ORDER: (2.2, 8.0),
    MISCELLANEOUS: (1.9, 9.5),
    FRAUD: (2.0, 10.0),
    SUMMARY: (2.0, 8.6),
    MOTORING: (2.0, 9.0),
}
"""Adult age at the offence: 18 + gamma(shape, scale) years, so that the mean is about 34 and theft peaks at 36."""

NATIONALITY_SHARE = {
    "white": (("GBR", 0.925), ("POL", 0.022), ("ROU", 0.022), ("IRL", 0.012), ("LTU", 0.008), ("ALB", 0.011)),
    "mixed": (("GBR", 0.96), ("FRA", 0.01), ("PRT", 0.02), ("BRA", 0.01)),
    "asian": (("GBR", 0.83), ("PAK", 0.05), ("IND", 0.06), ("BGD", 0.03), ("VNM", 0.03)),
    "black": (("GBR", 0.80), ("NGA", 0.05), ("SOM", 0.05), ("JAM", 0.04), ("ERI", 0.03), ("GHA", 0.03)),
    "other": (("GBR", 0.45), ("IRN", 0.15), ("IRQ", 0.15), ("SYR", 0.10), ("AFG", 0.10), ("CHN", 0.05)),
}
"""Nationality (ISO 3166-1 alpha-3) by ethnic group; foreign nationals are about 9-12% of those in prison."""

DEFENDANTS_PER_CASE = {
    "crown": (0.855, 0.095, 0.03, 0.012, 0.008),
    "magistrates": (0.95, 0.042, 0.008, 0.0, 0.0),
    "single_justice": (1.0, 0.0, 0.0, 0.0, 0.0),
}
"""Share of cases with 1, 2, 3, 4, 5 defendants."""

CHARGES_PER_DEFENDANT = {
    "crown": (0.42, 0.25, 0.14, 0.08, 0.05, 0.03, 0.02, 0.01),
    "magistrates": (0.66, 0.21, 0.08, 0.03, 0.01, 0.01, 0.0, 0.0),
    "single_justice": (0.88, 0.10, 0.02, 0.0, 0.0, 0.0, 0.0, 0.0),
}
"""Share of defendants with 1 to 8 charges."""

SECOND_CHARGE_SAME_GROUP = 0.55
"""Chance that a further charge is of the principal charge's group; else it is drawn from all groups."""

CROWN_VENUE_SHARE = {
    VIOLENCE: 0.27,
    SEXUAL: 0.55,
    ROBBERY: 1.0,
    THEFT: 0.20,
    DAMAGE: 0.10,
    DRUGS: 0.60,
    WEAPONS: 0.16,
    PUBLIC_ORDER: 0.13,
    MISCELLANEOUS: 0.28,
    FRAUD: 0.36,
    SUMMARY: 0.0,
    MOTORING: 0.0,
}
"""Share of either-way cases sent to the Crown Court for trial, by group; indictable-only cases always are."""

CROWN_VENUE_BY_CODE = {
    "TH68010": 0.015, "TH68010A": 0.015, "MD71530": 0.015, "MD71210": 0.05, "MD71211": 0.05, "MD71214": 0.05,
    "MD71022": 0.03, "MD71225": 0.03, "CD71039": 0.03, "CJ88160": 0.10, "CJ88159": 0.08, "RT88026": 0.45,
    "SX03128": 0.10, "SX03224": 0.35, "TH78011": 0.03, "PU86002": 0.85, "TH68036": 0.62, "TH68026": 0.6,
    "AW06041": 0.02, "EP90015": 0.05, "HS74001": 0.10, "SX03204": 0.08, "TH68020": 0.10, "TH68006": 0.02,
    "TH68007": 0.05, "SE20001": 0.05, "FL96001": 0.08, "CD71015": 0.75, "DD91034": 0.25, "PC53001": 0.12,
}  # fmt: skip
"""Sending share of single codes where it departs from the group's."""

COMMITTED_FOR_SENTENCE_SHARE = {
    VIOLENCE: 0.19,
    SEXUAL: 0.22,
    ROBBERY: 0.0,
    THEFT: 0.10,
    DAMAGE: 0.09,
    DRUGS: 0.11,
    WEAPONS: 0.17,
    PUBLIC_ORDER: 0.12,
    MISCELLANEOUS: 0.24,
    FRAUD: 0.2,
    SUMMARY: 0.0,
    MOTORING: 0.0,
}
"""Share of either-way cases kept by magistrates, convicted there, and committed to the Crown Court for sentence."""

POSTCODE_AREAS = {
    "01": ("E", "N", "NW", "SE", "SW", "W", "CR", "HA", "IG", "RM", "EN", "UB", "BR"),
    "03": ("CA", "LA"), "04": ("PR", "BB", "FY", "LA"), "05": ("L", "CH"), "06": ("M", "BL", "OL", "SK", "WN"),
    "07": ("CW", "WA", "CH"), "10": ("NE", "SR"), "11": ("DH", "DL"), "12": ("YO", "HG"),
    "13": ("LS", "BD", "HD", "WF", "HX"),
    "14": ("S", "DN"), "16": ("HU", "DN"), "17": ("TS",), "20": ("B", "WV", "DY", "WS", "CV"), "21": ("ST", "WS"),
    "22": ("WR", "HR", "SY", "TF"), "23": ("CV",), "30": ("DE", "S"), "31": ("NG",), "32": ("LN", "PE"), "33": ("LE",),
    "34": ("NN",), "35": ("CB", "PE"), "36": ("NR",), "37": ("IP",), "40": ("LU", "MK"), "41": ("AL", "SG", "WD", "HP"),
    "42": ("CM", "CO", "SS", "RM"), "43": ("OX", "RG", "SL", "MK", "HP"), "44": ("SO", "PO", "GU"),
    "45": ("GU", "KT", "RH"), "46": ("ME", "CT", "TN", "DA"), "47": ("BN", "RH", "TN"), "48": ("EC",),
    "50": ("EX", "PL", "TR", "TQ"), "52": ("BS", "BA", "TA"), "53": ("GL",), "54": ("SN", "SP"), "55": ("BH", "DT"),
    "60": ("LL",), "61": ("NP",), "62": ("CF", "SA"), "63": ("SA", "SY"), "93": ("E", "M", "B", "NE"),
}  # fmt: skip
"""Postcode areas people dealt with by a force live in."""
