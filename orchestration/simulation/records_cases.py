"""Common Platform records of cases, defendants and offences.

Belongs here: the columns of hmcts/cases, hmcts/defendants and hmcts/offences and when each becomes known. Does not
belong here: hearings and results (`records_hearings.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.identifiers import (
    court_case_references,
    crown_case_numbers,
    distinct_serials,
    ptiurns,
    uuids,
)
from orchestration.simulation.merging import Filed
from orchestration.simulation.model import Reveal
from orchestration.simulation.offending import (
    CROWN_SENTENCE,
    CROWN_TRIAL,
    INITIATION_CODES,
    SINGLE_JUSTICE,
)
from orchestration.simulation.proceedings import Proceedings, closing_days
from orchestration.simulation.records import blank_where, feed_table, texts, years_of, yes_no
from orchestration.simulation.reference import Reference
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Floats,
    Ints,
    Streams,
    Texts,
    bernoulli,
    dates_of,
)

CASE_REVEALS = (
    Reveal(("sent_to_crown_date",), when="sent_to_crown_date"),
    Reveal(("crown_case_number", "crown_received_date", "receipt_type"), when="crown_received_date"),
    Reveal(("closed_date", "case_status"), when="closed_date", before={"case_status": "LIVE"}),
    Reveal(("crown_court_ou_code",), when="_at_crown_date"),
    Reveal(("merged_into_case_id",), when="_merged_date"),
)
DEFENDANT_REVEALS = (
    Reveal(("bench_warrant_issued",), when="bench_warrant_issued"),
    Reveal(("bench_warrant_executed",), when="bench_warrant_executed"),
)
OFFENCE_REVEALS = (
    Reveal(("mode_of_trial_reason",), when="_allocated_date"),
    Reveal(("plea", "plea_date"), when="plea_date"),
    Reveal(("verdict", "verdict_date"), when="verdict_date"),
)

ETHNICITY_NOT_STATED = {"single_justice": 0.62, "summary": 0.30, "other": 0.11}
"""Share of court records without a self-defined ethnicity: too incomplete to use for summary offences (CJSQ)."""

DOMESTIC_ABUSE_SHARE = {
    mix.VIOLENCE: 0.45,
    mix.SEXUAL: 0.25,
    mix.DAMAGE: 0.22,
    mix.PUBLIC_ORDER: 0.45,
    mix.SUMMARY: 0.22,
    mix.MISCELLANEOUS: 0.05,
}

MASTER_ID_MISSED = 0.22
"""Defendants the platform fails to recognise as somebody it knows."""

PNC_ID_ON_RECORD = 0.93

_COMPANY_WORDS = (
    ("Northgate", "Alder", "Brightside", "Castle", "Ridgeway", "Meridian", "Oakfield", "Pennine", "Riverside", "Trent"),
    ("Haulage", "Builders", "Couriers", "Car Sales", "Waste Services", "Foods", "Scaffolding", "Plant Hire"),
    ("Ltd", "Limited", "(UK) Ltd", "Group Ltd", "LLP", "plc"),
)


def file_references(rng: np.random.Generator, proceedings: Proceedings, filed: Filed, reference: Reference) -> Texts:
    """The case reference number (PTIURN) of every filed case."""
    root = filed.cases["root"].to_numpy()
    force = reference.places.forces[proceedings.cases["force"].to_numpy()[root]]
    prosecutor = proceedings.cases["prosecutor"].to_numpy(dtype=object)[root]
    police_case = np.isin(prosecutor, ("CPS", "POLICE"))
    own = np.asarray([f"{name[:2]:X<2}" for name in prosecutor.tolist()], dtype=object)
    prefix = np.where(police_case, force, own).astype(object)
    letters = np.asarray(list("ABCDEFGHJKLMNPQRTUVWXYZ"), dtype=object)
    units = letters[rng.integers(0, 8, len(root))] + letters[rng.integers(0, 23, len(root))]
    years = years_of(filed.cases["received_day"].to_numpy())
    serials = distinct_serials(rng, len(root), 1_000_000 + 3 * len(root))
    # serials run up to 99,999 within force, unit and year: spread the carry over the unit
    carry = serials // 100_000
    units = np.asarray([f"{unit[0]}{letters[(ord(unit[1]) + c) % 23]}" for unit, c in zip(units, carry, strict=True)])
    numbers = np.asarray(ptiurns(prefix.tolist(), units.tolist(), serials % 100_000, years), dtype=object)
    return _make_distinct(numbers)


def _make_distinct(numbers: Texts) -> Texts:
    """The same numbers, with the later of two equal ones moved to the next free serial."""
    seen: set[str] = set()
    for row, number in enumerate(numbers.tolist()):
        spelt = number
        while spelt in seen:
            spelt = f"{spelt[:4]}{(int(spelt[4:9]) + 1) % 100_000:05d}{spelt[9:]}"
        seen.add(spelt)
        numbers[row] = spelt
    return numbers


def case_records(
    rng: np.random.Generator,
    proceedings: Proceedings,
    filed: Filed,
    case_ids: Texts,
    references: Texts,
    reference: Reference,
    last_day: int,
) -> pd.DataFrame:
    """hmcts/cases. A case under appeal is live until the appeal is heard."""
    cases, progress = proceedings.cases, proceedings.progress
    root, own = filed.cases["root"].to_numpy(), filed.cases["own"].to_numpy()
    case_of = proceedings.defendants["case"].to_numpy()
    size = len(cases)
    sent = np.full(size, NEVER)
    np.minimum.at(sent, case_of, np.minimum(progress.sent_day, progress.committed_day))
    received = np.where(sent < NEVER, sent + rng.integers(0, 4, size), NEVER)
    closing = closing_days(case_of, size, progress.end_day)
    appeals = proceedings.appeals
    lodged = appeals.lodged_day <= last_day
    appealed = case_of[appeals.defendant[lodged]]
    received[appealed] = appeals.lodged_day[lodged]
    closing[appealed] = appeals.heard_day[lodged]
    track = cases["track"].to_numpy()
    indictable = reference.offences.category[cases["code"].to_numpy()] == "CI"
    receipt = np.where(indictable, "INDICTABLE_TRIAL", "TEW_TRIAL").astype(object)
    receipt[track == CROWN_SENTENCE] = "COMMITTED_FOR_SENTENCE"
    receipt[appealed] = "APPEAL"
    in_crown = received < NEVER
    letter = np.select([receipt == "COMMITTED_FOR_SENTENCE", receipt == "APPEAL"], ["S", "A"], "T").astype(object)
    numbers = _crown_numbers(np.unique(root), cases, letter, receipt, received)
    merged = filed.cases["merge_day"].to_numpy()
    closed = np.where(own, closing[root], merged)
    into = filed.cases["merged_into"].to_numpy()
    filed_on = filed.cases["received_day"].to_numpy()
    at_crown = np.minimum(sent, received)
    sent_itself = (filed_on <= sent[root]) & (sent[root] <= merged)
    table = feed_table(
        {
            "case_id": case_ids,
            "ptiurn": references,
            "initiation_code": np.asarray(INITIATION_CODES, dtype=object)[cases["initiation"].to_numpy()[root]],
            "prosecutor": texts(cases["prosecutor"])[root],
            "originating_force_code": blank_where(
                reference.places.forces[cases["force"].to_numpy()[root]],
                ~np.isin(texts(cases["prosecutor"])[root], ("CPS", "POLICE")),
            ),
            "received_date": dates_of(filed.cases["received_day"].to_numpy()),
            "sent_to_crown_date": dates_of(np.where(own | sent_itself, sent[root], NEVER)),
            "crown_case_number": blank_where(numbers[root], ~(own & in_crown[root])),
            "crown_received_date": dates_of(np.where(own, received[root], NEVER)),
            "initial_court_ou_code": reference.places.courts[cases["court"].to_numpy()[root]],
            "crown_court_ou_code": blank_where(
                reference.places.courts[cases["crown_court"].to_numpy()[root]],
                np.where(own, at_crown[root], np.where(sent_itself, sent[root], NEVER)) >= NEVER,
            ),
            "receipt_type": blank_where(receipt[root], ~(own & in_crown[root])),
            "case_status": np.full(len(root), "CLOSED", dtype=object),
            "closed_date": dates_of(closed),
            "merged_into_case_id": blank_where(case_ids[np.maximum(into, 0)], into < 0),
            "last_updated_at": dates_of(filed.cases["received_day"].to_numpy()),
            "court_case_reference": blank_where(
                _references_on_pnc(cases, filed, reference), track[root] == SINGLE_JUSTICE
            ),
        },
        created=filed.cases["received_day"].to_numpy(),
    )
    table["_merged_date"] = dates_of(merged)
    table["_at_crown_date"] = dates_of(np.maximum(at_crown[root], filed.cases["received_day"].to_numpy()))
    return table


def _references_on_pnc(cases: pd.DataFrame, filed: Filed, reference: Reference) -> Texts:
    """Reference of every filed case on the Police National Computer: by court and year, in order of filing."""
    court = reference.places.court_psa[cases["court"].to_numpy()[filed.cases["root"].to_numpy()]]
    year = years_of(filed.cases["received_day"].to_numpy())
    serial = pd.DataFrame({"court": court, "year": year}).groupby(["court", "year"]).cumcount() + 1
    return np.asarray(court_case_references(year, court.tolist(), serial.to_numpy()), dtype=object)


def _crown_numbers(roots: Ints, cases: pd.DataFrame, letter: Texts, receipt: Texts, received: Ints) -> Texts:
    """Case numbers by court, letter and year in order of receipt; indictable-only trials start at 7001."""
    numbers = np.full(len(cases), None, dtype=object)
    rows = roots[received[roots] < NEVER]
    year = years_of(received[rows])
    indictable = receipt[rows] == "INDICTABLE_TRIAL"
    table = pd.DataFrame(
        {
            "court": cases["crown_court"].to_numpy()[rows],
            "letter": letter[rows],
            "indictable": indictable,
            "year": year,
            "day": received[rows],
            "row": rows,
        }
    ).sort_values(["day", "row"], kind="stable")
    serial = table.groupby(["court", "letter", "indictable", "year"]).cumcount() + 1
    serial = serial % 2_900 + np.where(table["indictable"], 7_000, 0)
    numbers[table["row"].to_numpy()] = crown_case_numbers(
        table["letter"].to_numpy(dtype=object), table["year"].to_numpy(), serial.to_numpy()
    )
    return numbers


def defendant_records(
    streams: Streams,
    proceedings: Proceedings,
    filed: Filed,
    case_ids: Texts,
    defendant_ids: Texts,
    people: pd.DataFrame,
    asn: Texts,
) -> pd.DataFrame:
    """hmcts/defendants: delivered defendants only, in their order."""
    rng = streams.named("records.defendants")
    rows = np.flatnonzero(proceedings.delivered)
    defendants = proceedings.defendants.iloc[rows]
    person = defendants["person"].to_numpy()
    named = person >= 0
    known = people.iloc[np.maximum(person, 0)]
    case = defendants["case"].to_numpy()
    single = proceedings.cases["track"].to_numpy()[case] == SINGLE_JUSTICE
    created = filed.cases["received_day"].to_numpy()[filed.of_defendant[rows]]
    moved = known["moved_day"].to_numpy() <= created
    postcode = np.where(moved, texts(known["postcode"]), texts(known["previous_postcode"]))
    no_pnc = ~named | single | ~bernoulli(rng, PNC_ID_ON_RECORD, len(rows))
    progress = proceedings.progress
    table = feed_table(
        {
            "defendant_id": defendant_ids[rows],
            "case_id": case_ids[filed.of_defendant[rows]],
            "defendant_type": np.where(named, "P", "O").astype(object),
            "organisation_name": blank_where(_companies(rng, len(rows)), named),
            "master_defendant_id": blank_where(_master_ids(streams, person, len(people)), ~named),
            "asn": blank_where(asn[rows], ~named),
            "pnc_id": blank_where(texts(known["pnc_id"]), no_pnc),
            "cro_number": blank_where(texts(known["cro_number"]), no_pnc | ~bernoulli(rng, 0.6, len(rows))),
            "surname": blank_where(texts(known["surname"]), ~named),
            "forename": blank_where(texts(known["forename_1"]), ~named),
            "middle_name": blank_where(texts(known["forename_2"]), ~named | (single & bernoulli(rng, 0.5, len(rows)))),
            "date_of_birth": known["date_of_birth"].where(pd.Series(named, index=known.index)).to_numpy(),
            "gender": blank_where(np.where(texts(known["sex"]) == "M", "1", "2").astype(object), ~named),
            "self_defined_ethnicity": blank_where(
                recorded_ethnicity(rng, texts(known["ethnicity_code"]), _not_stated(proceedings, case, single)), ~named
            ),
            "postcode": blank_where(postcode, ~named),
            "nationality": blank_where(texts(known["nationality_code"]), ~named | bernoulli(rng, 0.15, len(rows))),
            "bench_warrant_issued": dates_of(progress.warrant_issued[rows]),
            "bench_warrant_executed": dates_of(progress.warrant_executed[rows]),
            "last_updated_at": dates_of(created),
        },
        created=created,
        person=person,
    )
    return table


def _not_stated(proceedings: Proceedings, case: Ints, single: Bools) -> Floats:
    summary = proceedings.cases["group"].to_numpy()[case] >= mix.OFFENCE_GROUPS.index(mix.SUMMARY)
    share = np.where(summary, ETHNICITY_NOT_STATED["summary"], ETHNICITY_NOT_STATED["other"])
    return np.where(single, ETHNICITY_NOT_STATED["single_justice"], share)


def recorded_ethnicity(rng: np.random.Generator, code: Texts, not_stated: Floats | float) -> Texts:
    """The self-defined ethnicity as recorded: the person's, or not stated (NS, or nothing at all)."""
    missing = bernoulli(rng, not_stated, len(code))
    recorded = np.where(missing, "NS", code).astype(object)
    return blank_where(recorded, missing & bernoulli(rng, 0.5, len(code)))


def _companies(rng: np.random.Generator, size: int) -> Texts:
    parts = [np.asarray(words, dtype=object)[rng.integers(0, len(words), size)] for words in _COMPANY_WORDS]
    number = rng.integers(1, 99, size).astype(str).astype(object)
    return np.asarray(parts[0] + " " + parts[1] + " " + number + " " + parts[2], dtype=object)


def _master_ids(streams: Streams, person: Ints, people: int) -> Texts:
    rng = streams.named("records.master_ids")
    main = np.asarray(uuids(rng, people), dtype=object)
    own = np.asarray(uuids(rng, len(person)), dtype=object)
    return np.where(bernoulli(rng, MASTER_ID_MISSED, len(person)), own, main[np.maximum(person, 0)])


def offence_records(
    rng: np.random.Generator,
    proceedings: Proceedings,
    filed: Filed,
    defendant_ids: Texts,
    offence_ids: Texts,
    reference: Reference,
) -> pd.DataFrame:
    """hmcts/offences: charges of delivered defendants, in their order."""
    who_all = proceedings.charges["defendant"].to_numpy()
    rows = np.flatnonzero(proceedings.delivered[who_all])
    charges = proceedings.charges.iloc[rows]
    who = who_all[rows]
    outcomes = proceedings.outcomes.iloc[rows]
    progress = proceedings.progress
    offences = reference.offences
    position = charges["code"].to_numpy()
    case = proceedings.defendants["case"].to_numpy()[who]
    track = proceedings.cases["track"].to_numpy()[case]
    category = offences.category[position]
    crown = np.isin(track, (CROWN_TRIAL,))
    either_way = np.where(crown, np.where(bernoulli(rng, 0.3, len(rows)), "ETJ", "IPR"), "EST").astype(object)
    mode = np.select([category == "CI", category == "CE"], ["I", either_way], "SUM").astype(object)
    allocated = np.minimum(np.minimum(progress.sent_day[who], progress.plea_day[who]), progress.end_day[who])
    allocated = np.where(mode == "SUM", progress.first_hearing[who], allocated)
    created = filed.cases["received_day"].to_numpy()[filed.of_defendant[who]]
    share = np.asarray([DOMESTIC_ABUSE_SHARE.get(name, 0.01) for name in mix.OFFENCE_GROUPS])
    principal_group = proceedings.cases["group"].to_numpy()[case]
    domestic = bernoulli(rng, share[principal_group], len(case))
    plea = texts(outcomes["plea"])
    single = track == SINGLE_JUSTICE
    silent = single & pd.isna(plea) & (progress.first_hearing[who] < NEVER)
    # silence is recorded as no plea once the magistrate decides
    plea[silent] = "NONE"
    plea_day = np.where(silent, progress.first_hearing[who], outcomes["plea_day"].to_numpy())
    table = feed_table(
        {
            "offence_id": offence_ids[rows],
            "defendant_id": defendant_ids[who],
            "offence_sequence": charges["sequence"].to_numpy(),
            "cjs_offence_code": offences.codes[position],
            "offence_start_date": dates_of(charges["offence_day"].to_numpy()),
            "charge_date": dates_of(proceedings.defendants["charge_day"].to_numpy()[who]),
            "mode_of_trial_reason": mode,
            "plea": plea,
            "plea_date": dates_of(plea_day),
            "verdict": texts(outcomes["verdict"]),
            "verdict_date": dates_of(outcomes["verdict_day"].to_numpy()),
            "domestic_abuse_flag": blank_where(yes_no(domestic), single),
            "last_updated_at": dates_of(created),
        },
        created=created,
        person=proceedings.defendants["person"].to_numpy()[who],
    )
    table["_allocated_date"] = dates_of(allocated)
    return table
