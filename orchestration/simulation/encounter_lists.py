"""Wordings and frequencies of police encounters, as forces publish them.

Belongs here: the words of the public stop-and-search files with how often each occurs. Does not belong here: drawing
encounters (`encounters.py`). Frequencies are rounded from the Home Office's stop-and-search statistics for the year to
March 2023 (definitions.md, sections 2.6 and 5.1) and from published Metropolitan files of 2024.
"""

from __future__ import annotations

from dataclasses import dataclass

SEARCHES_PER_DEFENDANT = 0.53 / 1.2
"""About 530,000 searches and 1.2 million defendants a year in England and Wales (definitions.md, section 5.1)."""

ACCOUNTS_PER_SEARCH = 0.35
"""Stop-and-account encounters per search; not counted nationally since 2011, so a judgement."""

BLACK_WHITE_RATIO = 4.0
"""Searches per 1,000 Black residents over searches per 1,000 White residents, England and Wales."""

GROUP_RATIOS = {"white": 1.0, "mixed": 1.9, "asian": 1.2, "black": 3.0, "other": 1.1}
"""Searches per resident over those of White residents within a force; `black` is then fitted to the national ratio."""

NATIONAL_MIX = {"white": 0.75, "mixed": 0.03, "asian": 0.11, "black": 0.07, "other": 0.04}
"""Who passes where a force has no residents of its own (British Transport Police)."""

SELF_DEFINED: dict[str, tuple[tuple[str, float], ...]] = {
    "white": (("W1", 0.86), ("W2", 0.02), ("W3", 0.01), ("W9", 0.11)),
    "mixed": (("M1", 0.42), ("M2", 0.18), ("M3", 0.12), ("M9", 0.28)),
    "asian": (("A1", 0.18), ("A2", 0.34), ("A3", 0.20), ("A4", 0.03), ("A9", 0.25)),
    "black": (("B2", 0.45), ("B1", 0.27), ("B9", 0.28)),
    "other": (("O9", 0.75), ("O2", 0.25)),
}
"""Group -> (18+1 code, share within the group); the words for each code are in `ethnicities.csv`."""

OLDER_CODES = {"W3": "W9", "A4": "O1", "O2": "O9"}
"""Codes of the 18+1 list that the 16+1 list does not have or has elsewhere."""

NOT_STATED = "NS"
"""The further answer that is no answer."""

OFFICER_DEFINED: dict[str, tuple[tuple[str, float], ...]] = {
    "white": (("White", 0.97), ("Other", 0.02), ("Asian", 0.01)),
    "mixed": (("Black", 0.62), ("White", 0.20), ("Mixed", 0.10), ("Asian", 0.05), ("Other", 0.03)),
    "asian": (("Asian", 0.93), ("Other", 0.04), ("White", 0.02), ("Black", 0.01)),
    "black": (("Black", 0.97), ("Other", 0.02), ("Asian", 0.01)),
    "other": (("Other", 0.55), ("White", 0.22), ("Asian", 0.20), ("Black", 0.03)),
}
"""True group -> what officers see."""

OFFICER_CODES = {"White": "IC1", "Black": "IC3", "Asian": "IC4", "Other": "IC6", "Mixed": "IC9"}
"""Officer-defined group -> code of the officer-observed list used in stop and account."""

GENDERS = (("Male", 0.885), ("Female", 0.105), ("Other", 0.002), ("", 0.008))
AGE_RANGES = (("under 10", 0.0008), ("10-17", 0.16), ("18-24", 0.28), ("25-34", 0.24), ("over 34", 0.28), ("", 0.0392))
SEARCH_TYPES = (("Person search", 0.77), ("Person and Vehicle search", 0.20), ("Vehicle search", 0.03))

SECTION_60 = "Criminal Justice and Public Order Act 1994 (section 60)"
PROTEST = "Public Order Act 2023 (section 11)"
PACE = "Police and Criminal Evidence Act 1984 (section 1)"


@dataclass(frozen=True)
class SearchObject:
    """What was searched for, under which power, and how often that ends in an arrest or in nothing."""

    name: str
    legislation: str
    share: float
    arrest: float
    no_further_action: float


OBJECTS = (
    SearchObject("Controlled drugs", "Misuse of Drugs Act 1971 (section 23)", 0.605, 0.11, 0.71),
    SearchObject("Offensive weapons", PACE, 0.140, 0.17, 0.74),
    SearchObject("Stolen goods", PACE, 0.120, 0.23, 0.66),
    SearchObject("Article for use in theft", PACE, 0.060, 0.17, 0.74),
    SearchObject("Articles for use in criminal damage", PACE, 0.018, 0.16, 0.70),
    SearchObject("Evidence of offences under the Act", PACE, 0.016, 0.25, 0.63),
    SearchObject("Firearms", "Firearms Act 1968 (section 47)", 0.012, 0.19, 0.73),
    SearchObject("Anything to threaten or harm anyone", SECTION_60, 0.009, 0.05, 0.90),
    SearchObject("Fireworks", PACE, 0.006, 0.05, 0.80),
    SearchObject("Psychoactive substances", "Psychoactive Substances Act 2016 (s36(2))", 0.005, 0.06, 0.80),
    SearchObject("Articles to cause a public nuisance or disruption", PROTEST, 0.002, 0.10, 0.85),
    SearchObject("", "", 0.007, 0.10, 0.72),
)

OTHER_OUTCOMES = (
    ("Community resolution", 0.52),
    ("Summons / charged by post", 0.13),
    ("Penalty Notice for Disorder", 0.10),
    ("Caution (simple or conditional)", 0.06),
    ("Khat or Cannabis warning", 0.06),
    ("", 0.13),
)
"""Outcomes that are neither an arrest nor no further action; blank where none was recorded."""

NO_FURTHER_ACTION = "A no further action disposal"

HOURS = (5, 4, 3, 2, 1.5, 1, 1, 1.5, 2, 2.5, 3.5, 4, 4.5, 5, 6, 7, 7.5, 7.5, 7, 6.5, 6, 5.5, 5, 5)
"""Relative frequency of searches by hour of the local day."""

FORCE_RATES = {
    "metropolitan": 2.0,
    "merseyside": 3.0,
    "btp": 1.0,
    "city-of-london": 40.0,
    "essex": 1.3,
    "kent": 1.1,
    "west-yorkshire": 0.8,
    "greater-manchester": 1.1,
    "west-midlands": 1.0,
    "south-wales": 1.1,
    "thames-valley": 0.8,
    "northumbria": 0.7,
}
"""Searches per resident over the usual force's; the City of London has few residents and many passers-by."""

RESIDENTS_WHERE_NONE = 1_000_000
"""Size given to a force without residents (British Transport Police), so that it makes its share of searches."""

REASONS = (
    ("AREA_PRESENCE", 0.30),
    ("BEHAVIOUR", 0.28),
    ("MATCHES_DESCRIPTION", 0.14),
    ("VEHICLE", 0.15),
    ("WELFARE", 0.08),
    ("OTHER", 0.05),
)

PLACES: dict[str, tuple[float, float]] = {
    "metropolitan": (51.51, -0.12),
    "cumbria": (54.60, -2.90),
    "lancashire": (53.80, -2.65),
    "merseyside": (53.42, -2.95),
    "greater-manchester": (53.49, -2.24),
    "cheshire": (53.22, -2.60),
    "northumbria": (55.00, -1.65),
    "durham": (54.70, -1.60),
    "north-yorkshire": (54.10, -1.35),
    "west-yorkshire": (53.78, -1.60),
    "south-yorkshire": (53.42, -1.40),
    "humberside": (53.70, -0.35),
    "cleveland": (54.57, -1.22),
    "west-midlands": (52.49, -1.90),
    "staffordshire": (52.85, -2.05),
    "west-mercia": (52.45, -2.45),
    "warwickshire": (52.35, -1.50),
    "derbyshire": (53.05, -1.45),
    "nottinghamshire": (53.00, -1.15),
    "lincolnshire": (53.10, -0.35),
    "leicestershire": (52.65, -1.13),
    "northamptonshire": (52.27, -0.90),
    "cambridgeshire": (52.35, 0.05),
    "norfolk": (52.65, 1.10),
    "suffolk": (52.15, 1.05),
    "bedfordshire": (52.05, -0.45),
    "hertfordshire": (51.80, -0.25),
    "essex": (51.75, 0.50),
    "thames-valley": (51.70, -1.10),
    "hampshire": (51.00, -1.30),
    "surrey": (51.25, -0.45),
    "kent": (51.25, 0.70),
    "sussex": (50.90, -0.20),
    "city-of-london": (51.515, -0.09),
    "devon-and-cornwall": (50.60, -4.00),
    "avon-and-somerset": (51.35, -2.65),
    "gloucestershire": (51.85, -2.15),
    "wiltshire": (51.40, -1.90),
    "dorset": (50.75, -2.10),
    "north-wales": (53.15, -3.60),
    "gwent": (51.70, -3.05),
    "south-wales": (51.60, -3.50),
    "dyfed-powys": (52.10, -3.80),
    "btp": (52.00, -1.00),
}
"""Somewhere in the middle of each force's area: latitude, longitude."""

MIDDLE_OF_ENGLAND = (52.60, -1.50)
