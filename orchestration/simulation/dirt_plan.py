"""How often each system gets which thing wrong: the rates, and how one system differs from another.

Belongs here: `DirtParameters` and one `SystemHabits` per feed that records people. Does not belong here: how a value is
spoiled (`text_errors.py`) or where the spoiled values go (`dirt.py`).

The rates are judgements, set so that linkage is about as hard as published linkages of justice data found it
(precision 60-96%, recall 85-99%; source systems brief, section 9). They are no measurement of any real agency.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Self


@dataclass(frozen=True)
class DirtParameters:
    """Shares of records (or of values, for single columns) that carry each kind of error.

    Shares about names and dates of birth are for a system that types them afresh; `SystemHabits.typing` scales them.
    `corrected_share` of all errors are put right by a later version of the record, except those from
    `reception_missing` to `results_missing`: records one agency never entered or entered wrongly, so that another
    agency's contradict them (`disagreements.py`).
    """

    name_typo: float = 0.015
    nickname: float = 0.05
    swapped_names: float = 0.003
    half_double_barrel: float = 0.30
    alias: float = 0.30
    title_in_name: float = 0.01
    middle_name_missing: float = 0.20
    birth_day_month_swapped: float = 0.006
    birth_january_first: float = 0.006
    birth_year_off_by_one: float = 0.006
    birth_date_missing: float = 0.01
    sex_wrong: float = 0.002
    identifier_missing: float = 1.0
    identifier_mistyped: float = 0.008
    identifier_display_form: float = 1.0
    identifier_placeholder: float = 0.006
    urn_missing: float = 0.02
    urn_mistyped: float = 0.006
    urn_untidy: float = 0.04
    postcode_previous: float = 0.25
    postcode_moved: float = 0.05
    postcode_missing: float = 0.06
    postcode_no_fixed_abode: float = 0.03
    postcode_untidy: float = 0.08
    ethnicity_not_stated: float = 0.10
    ethnicity_different: float = 0.03
    unknown_code: float = 0.001
    code_outside_closed_list: float = 0.0002
    date_unparsable: float = 0.0001
    value_missing: float = 0.001
    required_missing: float = 0.0001
    spell_ends_before_start: float = 0.001
    spell_overlaps: float = 0.003
    spell_duplicated: float = 0.003
    reception_missing: float = 0.006
    release_missing: float = 0.008
    sentence_missing: float = 0.008
    sentence_length_wrong: float = 0.012
    sentence_type_wrong: float = 0.008
    status_wrong: float = 0.03
    outcome_wrong: float = 0.006
    prosecution_missing: float = 0.005
    order_missing: float = 0.008
    order_type_wrong: float = 0.012
    legal_aid_missing: float = 0.006
    legal_aid_without_case: float = 0.02
    reference_wrong: float = 0.005
    results_missing: float = 0.002
    own_style: float = 1.0
    corrected_share: float = 0.25

    def __post_init__(self) -> None:
        """Refuse shares that are none."""
        for item in fields(self):
            value = getattr(self, item.name)
            if not 0 <= value <= 1:
                raise ValueError(f"{item.name} is {value}; choose a share from 0 to 1.")

    def scaled(self, factor: float) -> Self:
        """The same dirt, `factor` times as much of each kind, at most every record; the corrected share stays."""
        shares = {item.name: min(1.0, getattr(self, item.name) * factor) for item in fields(self)}
        return replace(self, **(shares | {"corrected_share": self.corrected_share}))

    @classmethod
    def zero(cls) -> Self:
        """No errors, no disagreements and no house style at all: every delivered value is the world's own."""
        return cls(**{item.name: 0.0 for item in fields(cls)})


@dataclass(frozen=True)
class SystemHabits:
    """How one system records people.

    Attributes:
        person_key: columns that number one entry of a person; all rows with equal values were typed once.
        typing: multiplies the shares of name and birth-date errors (an identity checked by fingerprint has few).
        pnc_missing, cro_missing, asn_missing, noms_missing: shares of persons' numbers the system does not hold.
        display_form: share of PNC ids and ASNs written as people write them, not in their full form.
        capitals: share of records with the name in capitals and without accents.
        no_accents: whether the system stores names without accents.
        aliases: multiplies the share of people with an alias who are recorded under it.
    """

    person_key: tuple[str, ...]
    typing: float = 1.0
    pnc_missing: float = 0.0
    cro_missing: float = 0.0
    asn_missing: float = 0.0
    noms_missing: float = 0.0
    display_form: float = 0.0
    capitals: float = 0.0
    no_accents: bool = False
    aliases: float = 1.0


HABITS: dict[str, SystemHabits] = {
    "police/custody_records": SystemHabits(
        ("force_code", "custody_number"),
        typing=1.2, pnc_missing=0.12, cro_missing=0.45, asn_missing=0.02, display_form=0.75, capitals=0.40, aliases=1.3,
    ),
    "police/out_of_court_disposals": SystemHabits(
        ("force_code", "disposal_ref"), typing=1.8, pnc_missing=0.55, display_form=0.80, capitals=0.15,
    ),
    "cps/defendants": SystemHabits(
        ("ptiurn", "defendant_number"), typing=1.0, asn_missing=0.08, display_form=0.10, capitals=0.02, no_accents=True,
    ),
    "hmcts/defendants": SystemHabits(
        ("defendant_id",),
        typing=1.0, pnc_missing=0.25, cro_missing=0.60, asn_missing=0.10, display_form=0.05, capitals=0.30,
    ),
    "prison/prisoners": SystemHabits(
        ("noms_number",),
        typing=0.5, pnc_missing=0.06, cro_missing=0.15, display_form=0.60, capitals=1.0, no_accents=True, aliases=1.3,
    ),
    "probation/orders": SystemHabits(
        ("crn",), typing=0.7, pnc_missing=0.15, noms_missing=0.20, display_form=0.40,
    ),
    "laa/representation_orders": SystemHabits(
        ("maat_id",), typing=1.3, asn_missing=0.30, display_form=0.10, capitals=0.05,
    ),
}  # fmt: skip
"""Feeds that record people; `identifier_missing` and `identifier_display_form` scale their shares."""

ROLES: dict[str, str] = {
    "surname": "surname",
    "forename": "forename", "forename_1": "forename", "forenames": "forename", "given_name_1": "forename",
    "forename_2": "middle_name", "middle_name": "middle_name", "given_name_2": "middle_name",
    "date_of_birth": "birth_date", "dob": "birth_date", "birth_date": "birth_date",
    "sex": "sex", "gender": "sex", "sex_code": "sex",
    "pnc_id": "pnc_id", "cro_number": "cro_number", "asn": "asn", "arrest_summons_number": "asn",
    "ptiurn": "ptiurn", "postcode": "postcode", "noms_number": "noms_number",
    "self_defined_ethnicity": "ethnicity", "ethnicity": "ethnicity", "ethnicity_code": "ethnicity",
}  # fmt: skip
"""Contract column -> what it holds about a person; the same everywhere, whatever the system calls it."""

UNKNOWN_CODES: dict[str, tuple[str, ...]] = {
    "offences": ("ZZ99901", "ZZ99902", "XX00999"),
    "courts": ("B99ZZ00", "C99ZZ00"),
    "result_codes": ("9997", "9998"),
    "establishments": ("ZZZ", "QQI"),
    "nationalities": ("ZZZ", "XXU"),
    "hearing_types": ("ZZZ",),
    "ethnicities": ("Z9", "X1"),
    "remand_bases": ("ZZ",),
    "trial_outcomes": ("9",),
}
"""Codes that stand in no reference list, by the list they should be in."""
