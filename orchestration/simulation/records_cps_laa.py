"""CPS records of defendants and Legal Aid Agency records of representation orders.

Belongs here: the columns of cps/defendants and laa/representation_orders. Does not belong here: the courts' own
records.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.diary import (
    DENIED,
    DISCONTINUED,
    DISMISSED,
    GUILTY,
    NO_EVIDENCE,
    NOT_GUILTY,
    SENTENCED,
    WITHDRAWN,
)
from orchestration.simulation.identifiers import distinct_serials
from orchestration.simulation.merging import Filed
from orchestration.simulation.model import DEFENDANT_COLUMN, Reveal
from orchestration.simulation.offending import CROWN_SENTENCE, SINGLE_JUSTICE
from orchestration.simulation.proceedings import Proceedings
from orchestration.simulation.records import blank_where, feed_table, texts, yes_no
from orchestration.simulation.records_cases import DOMESTIC_ABUSE_SHARE, recorded_ethnicity
from orchestration.simulation.reference import Reference
from orchestration.simulation.sampling import (
    NEVER,
    Ints,
    Streams,
    Texts,
    bernoulli,
    choose_label,
    dates_of,
    lognormal_days,
)

CPS_REVEALS = (
    Reveal(
        ("outcome", "finalisation_date", "finalisation_court", "principal_offence_category"), when="finalisation_date"
    ),
)
LEGAL_AID_REVEALS = (
    Reveal(
        ("status_code", "status_date"),
        when="status_date",
        before={"status_code": "AP"},
        before_from={"status_date": "_first_status_date"},
    ),
)

CPS_CATEGORIES = {
    mix.VIOLENCE: "Offences Against the Person",
    mix.SEXUAL: "Sexual Offences",
    mix.ROBBERY: "Robbery",
    mix.THEFT: "Theft and Handling",
    mix.DAMAGE: "Criminal Damage",
    mix.DRUGS: "Drugs Offences",
    mix.WEAPONS: "Public Order Offences",
    mix.PUBLIC_ORDER: "Public Order Offences",
    mix.MISCELLANEOUS: "All Other Offences",
    mix.FRAUD: "Fraud and Forgery",
    mix.SUMMARY: "Offences Against the Person",
    mix.MOTORING: "Motoring Offences",
}
"""The CPS's own principal offence categories at finalisation."""

WARRANT_FINALISED_AFTER = 183
"""Days after which a case with its defendant at large is administratively finalised (six months)."""

_APPEAL_LEGAL_AID = 0.35
"""Appellants who apply for legal aid again."""

_CPS_AREAS = {
    "London": "London",
    "South East": "South East",
    "South West": "South West",
    "Midlands": "West Midlands",
    "North East": "North East",
    "North West": "North West",
    "Wales": "Cymru Wales",
}


def cps_records(
    streams: Streams,
    proceedings: Proceedings,
    filed: Filed,
    references: Texts,
    asn: Texts,
    people: pd.DataFrame,
    reference: Reference,
) -> pd.DataFrame:
    """cps/defendants: people prosecuted by the CPS outside the single justice procedure."""
    rng = streams.named("records.cps")
    defendants, cases = proceedings.defendants, proceedings.cases
    case = defendants["case"].to_numpy()
    person = defendants["person"].to_numpy()
    rows = np.flatnonzero(
        proceedings.delivered
        & (person >= 0)
        & (texts(cases["prosecutor"])[case] == "CPS")
        & (cases["track"].to_numpy()[case] != SINGLE_JUSTICE)
    )
    person, case = person[rows], case[rows]
    known = people.iloc[person].reset_index(drop=True)
    file_of = filed.of_defendant[rows]
    number = pd.Series(file_of).groupby(file_of).cumcount().to_numpy() + 1
    outcome, day, court = _outcomes(proceedings, rows)
    group = cases["group"].to_numpy()[case]
    charge = defendants["charge_day"].to_numpy()[rows]
    by_cps = bernoulli(rng, np.where(group < mix.OFFENCE_GROUPS.index(mix.SUMMARY), 0.55, 0.2), len(rows))
    decided = np.maximum(charge - rng.integers(0, 4, len(rows)), defendants["offence_day"].to_numpy()[rows])
    category = np.asarray([CPS_CATEGORIES[name] for name in mix.OFFENCE_GROUPS], dtype=object)[group]
    domestic = np.asarray([DOMESTIC_ABUSE_SHARE.get(name, 0.01) for name in mix.OFFENCE_GROUPS])[group]
    region = reference.places.force_region[cases["force"].to_numpy()[case]]
    return feed_table(
        {
            "ptiurn": references[file_of],
            "defendant_number": number,
            "surname": texts(known["surname"]),
            "forenames": _all_forenames(known),
            "dob": known["date_of_birth"].to_numpy(),
            "gender": np.where(texts(known["sex"]) == "M", "MALE", "FEMALE").astype(object),
            "ethnicity": recorded_ethnicity(rng, texts(known["ethnicity_code"]), 0.22),
            "asn": asn[rows],
            "cps_area": np.asarray([_CPS_AREAS.get(str(name), "London") for name in region], dtype=object),
            "principal_offence_category": category,
            "charging_decision_date": dates_of(np.where(by_cps, decided, NEVER)),
            "domestic_abuse_flag": yes_no(bernoulli(rng, domestic, len(rows))),
            "hate_crime_flag": yes_no(bernoulli(rng, 0.025, len(rows))),
            "finalisation_date": dates_of(day),
            "finalisation_court": court,
            "outcome": outcome,
        },
        created=np.minimum(charge + 1, filed.cases["received_day"].to_numpy()[file_of]),
        person=person,
    )


def _all_forenames(people: pd.DataFrame) -> Texts:
    """First and second forename in one field."""
    pairs = zip(texts(people["forename_1"]), texts(people["forename_2"]), strict=True)
    spelt = [first if second is None else f"{first} {second}" for first, second in pairs]
    return np.asarray(spelt, dtype=object)


def _outcomes(proceedings: Proceedings, rows: Ints) -> tuple[Texts, Ints, Texts]:
    """How the CPS finalised each defendant, when, and in which court."""
    progress = proceedings.progress
    kind, plea, end = progress.end_kind[rows], progress.plea[rows], progress.end_day[rows]
    convicted = kind == SENTENCED
    outcome = np.select(
        [
            convicted & (plea == GUILTY),
            convicted & (plea == DENIED),
            convicted,
            kind == NOT_GUILTY,
            kind == DISMISSED,
            np.isin(kind, (DISCONTINUED, WITHDRAWN, NO_EVIDENCE)),
        ],
        ["GUILTY PLEA", "CONVICTED AFTER TRIAL", "PROVED IN ABSENCE", "ACQUITTED", "DISMISSED", "DISCONTINUED"],
        "",
    ).astype(object)
    issued, executed = progress.warrant_issued[rows], progress.warrant_executed[rows]
    at_large = (issued < NEVER) & (executed - issued > WARRANT_FINALISED_AFTER)
    abandoned = at_large & (executed >= NEVER)
    day = np.where(abandoned, issued + WARRANT_FINALISED_AFTER, end)
    outcome = np.where(abandoned, "ADMINISTRATIVELY FINALISED", outcome).astype(object)
    in_crown = np.where(abandoned, progress.sent_day[rows] < NEVER, progress.ended_in_crown[rows])
    court = np.where(in_crown, "CC", "MC").astype(object)
    never = day >= NEVER
    return blank_where(outcome, never | (outcome == "")), day, blank_where(court, never)


def legal_aid_records(
    streams: Streams,
    proceedings: Proceedings,
    filed: Filed,
    references: Texts,
    asn: Texts,
    defendant_ids: Texts,
    usual: Ints,
    people: pd.DataFrame,
    reference: Reference,
) -> pd.DataFrame:
    """laa/representation_orders: applications by defendants, with their latest status."""
    rng = streams.named("records.laa")
    defendants, cases, progress = proceedings.defendants, proceedings.cases, proceedings.progress
    case = defendants["case"].to_numpy()
    track = cases["track"].to_numpy()[case]
    size = len(defendants)
    has_order = usual == 0
    imprisonable = reference.offences.imprisonable[cases["code"].to_numpy()[case]]
    # who has an order applied for it; of the rest some applied in vain, or have an order the court never recorded
    applied = (
        has_order
        | (bernoulli(rng, np.where(imprisonable, 0.13, 0.01), size))
        | ((usual == 5) & imprisonable & bernoulli(rng, 0.35, size))
    )
    person = defendants["person"].to_numpy()
    eligible = proceedings.delivered & (person >= 0) & (track != SINGLE_JUSTICE)
    first_time = np.flatnonzero(applied & eligible)
    appeals = proceedings.appeals
    again = eligible[appeals.defendant] & bernoulli(rng, _APPEAL_LEGAL_AID, len(appeals.defendant))
    rows = np.concatenate([first_time, appeals.defendant[again]])
    on_appeal = np.arange(len(rows)) >= len(first_time)
    granted = np.where(on_appeal, bernoulli(rng, 0.6, len(rows)), (has_order | (usual == 5))[rows])
    refused_shares = {name: share for name, share in cal.LEGAL_AID_STATUS.items() if name not in ("GR", "AP")}
    refused = choose_label(rng, tuple(refused_shares), tuple(refused_shares.values()), len(rows))
    charge, first = defendants["charge_day"].to_numpy()[rows], progress.first_hearing[rows]
    application = np.minimum(charge + lognormal_days(rng, 8, 0.9, len(rows), 90), first + 10)
    application[on_appeal] = appeals.lodged_day[again] + 1
    status_day = application + 1 + lognormal_days(rng, 3, 0.8, len(rows), 60)
    waiting = bernoulli(rng, 0.01, len(rows))
    known = people.iloc[person[rows]].reset_index(drop=True)
    category = reference.offences.category[cases["code"].to_numpy()[case[rows]]]
    case_type = np.select(
        [on_appeal, track[rows] == CROWN_SENTENCE, category == "CI", category == "CE"],
        ["APPEAL", "COMMITTAL", "INDICTABLE", "EITHER_WAY"],
        "SUMMARY_ONLY",
    ).astype(object)
    records = feed_table(
        {
            "maat_id": [str(number) for number in distinct_serials(rng, len(rows), 9_900_000, 6_000_000).tolist()],
            "ptiurn": blank_where(references[filed.of_defendant[rows]], bernoulli(rng, 0.06, len(rows))),
            "asn": blank_where(asn[rows], bernoulli(rng, 0.15, len(rows))),
            "surname": texts(known["surname"]),
            "forenames": _all_forenames(known),
            "date_of_birth": known["date_of_birth"].to_numpy(),
            "case_type": case_type,
            "application_date": dates_of(application),
            "status_code": np.where(granted, "GR", refused).astype(object),
            "status_date": dates_of(np.where(waiting, NEVER, status_day)),
        },
        created=application,
        person=person[rows],
    )
    records[DEFENDANT_COLUMN] = defendant_ids[rows]
    records["_first_status_date"] = dates_of(application)
    return records
