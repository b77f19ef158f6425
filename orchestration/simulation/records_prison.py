"""Prison records: prisoners, custody spells and sentences.

Belongs here: the columns of the three prison feeds. Does not belong here: who is in custody when (`prison.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation import calibration_offences as mix
from orchestration.simulation.identifiers import distinct_serials
from orchestration.simulation.model import DEFENDANT_COLUMN, Reveal
from orchestration.simulation.prison import LEGAL_STATUS, SERVING, UNSENTENCED, UNTRIED
from orchestration.simulation.proceedings import Proceedings
from orchestration.simulation.records import blank_where, feed_table, texts, whole_numbers
from orchestration.simulation.records_cases import recorded_ethnicity
from orchestration.simulation.reference import Reference
from orchestration.simulation.sampling import NEVER, Ints, Texts, bernoulli, dates_of
from orchestration.simulation.sentencing import CUSTODY_CODES, DETENTION, EXTENDED, HELD_AT_PLEASURE, LIFE

SPELL_REVEALS = (Reveal(("status_to", "exit_reason"), when="status_to"),)
SENTENCE_REVEALS = (Reveal(("released_date",), when="released_date"),)

_SEXUAL = mix.OFFENCE_GROUPS.index(mix.SEXUAL)
_PARTICULAR_CONCERN_SHARE = 0.3
"""Extended-type sentences for sexual offences that are for offenders of particular concern."""

_SENTENCE_TYPES = {LIFE: "LIFE", HELD_AT_PLEASURE: "LIFE", EXTENDED: "EDS", DETENTION: "DTO"}


def booking_numbers(rng: np.random.Generator, count: int) -> Texts:
    """Booking numbers: a letter pair and four digits, then a letter pair and five once those run out."""
    letters = "ABCDEFGHJKLMNPQRTUVWXYZ"
    spelt = []
    for serial in distinct_serials(rng, count, max(23 * 23 * 100_000, 2 * count)).tolist():
        pair, digits = divmod(serial, 100_000)
        spelt.append(f"{letters[pair // 23 % 23]}{letters[pair % 23]}{digits:05d}")
    return np.asarray(spelt, dtype=object)


def spell_records(
    rng: np.random.Generator,
    segments: pd.DataFrame,
    spells: pd.DataFrame,
    bookings: Texts,
    people: pd.DataFrame,
    courts: Texts,
    case_references: Texts,
    defendant_ids: Texts,
) -> pd.DataFrame:
    """prison/custody_spells.

    Args:
        rng: random stream.
        segments: with `person`; from `custody_segments`.
        spells: from `cut_by_transfers`.
        bookings: number of each booking position.
        people: with `noms_number`.
        courts: court code per segment.
        case_references: PTIURN per segment, None where there is no case.
        defendant_ids: the court's id per defendant, None where the courts' feeds do not hold them.
    """
    segment = spells["segment"].to_numpy()
    booking = spells["booking"].to_numpy()
    person = segments["person"].to_numpy()[segment]
    status = segments["status"].to_numpy()[segment]
    still = spells["end"].to_numpy() >= NEVER
    # the exit list has no code for a transfer: the row ends with a change, the next one begins with TRANSFER
    exit_reason = np.where(spells["transfer_out"], "STATUS_CHANGE", texts(segments["exit_reason"])[segment])
    entry_reason = np.where(spells["transfer_in"], "TRANSFER", texts(segments["entry_reason"])[segment])
    blank_booking = bernoulli(rng, cal.PTIURN_BLANK_BOOKINGS, len(bookings))[booking]
    blank = blank_booking | bernoulli(rng, cal.PTIURN_BLANK_SPELLS, len(spells))
    sequence = pd.Series(booking).groupby(booking).cumcount().to_numpy() + 1
    records = feed_table(
        {
            "booking_number": bookings[booking],
            "spell_sequence": sequence,
            "noms_number": texts(people["noms_number"])[person],
            "legal_status": np.asarray(LEGAL_STATUS, dtype=object)[status],
            "status_from": dates_of(spells["start"].to_numpy()),
            "status_to": dates_of(spells["end"].to_numpy()),
            "establishment_code": texts(spells["establishment_code"]),
            "entry_reason": entry_reason.astype(object),
            "exit_reason": blank_where(exit_reason, still),
            "court_ou_code": blank_where(courts[segment], bernoulli(rng, 0.05, len(spells))),
            "ptiurn": blank_where(case_references[segment], blank),
        },
        created=spells["start"].to_numpy(),
        person=person,
    )
    records[DEFENDANT_COLUMN] = defendant_ids[segments["defendant"].to_numpy()[segment]]
    return records


def sentence_records(
    rng: np.random.Generator,
    proceedings: Proceedings,
    booking_of: dict[int, str],
    people: pd.DataFrame,
    case_references: Texts,
    defendant_ids: Texts,
    reference: Reference,
    last_day: int,
) -> pd.DataFrame:
    """prison/sentences: each term of immediate custody of those received under sentence.

    Args:
        rng: random stream.
        proceedings: the proceedings.
        booking_of: defendant -> booking number under which the sentence is served.
        people: with `noms_number`.
        case_references: PTIURN per defendant.
        defendant_ids: the court's id per defendant, None where the courts' feeds do not hold them.
        reference: reference lists.
        last_day: last day of the world.
    """
    served = proceedings.served
    served = served[served["defendant"].isin(list(booking_of)) & (served["sentence_day"] <= last_day)]
    code_all = texts(proceedings.outcomes["final_code"])
    who_all = proceedings.charges["defendant"].to_numpy()
    custodial = np.isin(code_all, CUSTODY_CODES) & np.isin(who_all, served["defendant"].to_numpy())
    rows = np.flatnonzero(custodial)
    who = who_all[rows]
    sentence = served.set_index("defendant").loc[who]
    outcomes = proceedings.outcomes.iloc[rows]
    leading = rows == sentence["charge"].to_numpy()
    # the heaviest term is the first of the booking's sentences of that case: the others point at it
    order = np.lexsort((rows, ~leading, who))
    rows, who, leading = rows[order], who[order], leading[order]
    sentence, outcomes = sentence.iloc[order], outcomes.iloc[order]
    booking = np.asarray([booking_of[number] for number in who.tolist()], dtype=object)
    sequence = pd.Series(booking).groupby(booking).cumcount().to_numpy() + 1
    lead_sequence = pd.Series(sequence[leading], index=who[leading]).reindex(who).to_numpy()
    after = (texts(outcomes["consecutive"]) == "Y") & ~leading
    years, months, days = _length(outcomes, code_all[rows])
    person = proceedings.defendants["person"].to_numpy()[who]
    case = proceedings.defendants["case"].to_numpy()[who]
    court = np.where(
        proceedings.progress.ended_in_crown[who],
        proceedings.cases["crown_court"].to_numpy()[case],
        proceedings.cases["court"].to_numpy()[case],
    )
    kinds = np.asarray([_SENTENCE_TYPES.get(code, "SDS") for code in code_all[rows]], dtype=object)
    group = proceedings.charges["group"].to_numpy()[rows]
    particular_concern = (group == _SEXUAL) & (kinds == "EDS") & bernoulli(rng, _PARTICULAR_CONCERN_SHARE, len(rows))
    kinds = np.where(particular_concern, "SOPC", kinds).astype(object)
    extension = outcomes["extension_months"].to_numpy(dtype=float)
    released = sentence["release_day"].to_numpy()
    records = feed_table(
        {
            "booking_number": booking,
            "sentence_sequence": sequence,
            "noms_number": texts(people["noms_number"])[person],
            "sentence_date": dates_of(sentence["sentence_day"].to_numpy()),
            "court_ou_code": reference.places.courts[court],
            "ptiurn": blank_where(case_references[who], bernoulli(rng, 0.2, len(who))),
            "cjs_offence_code": reference.offences.codes[proceedings.charges["code"].to_numpy()[rows]],
            "sentence_type": kinds,
            "length_years": years,
            "length_months": months,
            "length_days": days,
            "extension_months": whole_numbers(extension),
            "tariff_months": whole_numbers(outcomes["tariff_months"].to_numpy(dtype=float)),
            "remand_credit_days": whole_numbers(np.where(leading, sentence["credit_days"].to_numpy(), np.nan)),
            "conditional_release_date": dates_of(np.where(kinds == "LIFE", NEVER, released)),
            "sentence_expiry_date": dates_of(sentence["expiry_day"].to_numpy()),
            "released_date": dates_of(released),
            "consecutive_to_sequence": whole_numbers(np.where(after, lead_sequence, np.nan)),
        },
        created=sentence["sentence_day"].to_numpy(),
        person=person,
    )
    records[DEFENDANT_COLUMN] = defendant_ids[who]
    return records


def _length(outcomes: pd.DataFrame, code: Texts) -> tuple[object, object, object]:
    """A term as the prison writes it: years, months and days; nothing for life."""
    value = outcomes["duration_value"].to_numpy(dtype=float)
    unit = texts(outcomes["duration_unit"])
    endless = np.isin(code, (LIFE, HELD_AT_PLEASURE))
    months = np.select([unit == "M", unit == "Y"], [value, value * 12], 0.0)
    years = np.where(endless, np.nan, np.floor(months / 12))
    rest = np.where(endless, np.nan, np.mod(months, 12))
    days = np.where(endless, np.nan, np.where(unit == "W", value * 7, 0.0))
    return whole_numbers(years), whole_numbers(rest), whole_numbers(days)


def prisoner_records(rng: np.random.Generator, spells: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """prison/prisoners: everyone with a custody spell, from the day of the first."""
    first = spells.groupby("_person")["_created"].min()
    person = first.index.to_numpy(dtype=np.int64)
    known = people.iloc[person].reset_index(drop=True)
    size = len(person)
    created = (first.to_numpy().astype("datetime64[D]")).astype(np.int64)
    return feed_table(
        {
            "noms_number": texts(known["noms_number"]),
            "pnc_id": blank_where(texts(known["pnc_id"]), bernoulli(rng, 0.06, size)),
            "cro_number": blank_where(texts(known["cro_number"]), bernoulli(rng, 0.2, size)),
            "surname": texts(known["surname"]),
            "given_name_1": texts(known["forename_1"]),
            "given_name_2": texts(known["forename_2"]),
            "birth_date": known["date_of_birth"].to_numpy(),
            "sex_code": texts(known["sex"]),
            "ethnicity_code": recorded_ethnicity(rng, texts(known["ethnicity_code"]), 0.03),
            "nationality_code": blank_where(texts(known["nationality_code"]), bernoulli(rng, 0.02, size)),
        },
        created=created,
        person=person,
    )


REMAND_STATUSES = (UNTRIED, UNSENTENCED)
"""Segments that are remand: untried and convicted but unsentenced (OMSQ)."""


def serving_bookings(segments: pd.DataFrame, booking: Ints, bookings: Texts) -> dict[int, str]:
    """Defendant -> number of the booking in which the sentence is served (remand booking where time was served)."""
    status = segments["status"].to_numpy()
    chosen = np.flatnonzero(status == SERVING)
    return dict(zip(segments["defendant"].to_numpy()[chosen].tolist(), bookings[booking[chosen]].tolist(), strict=True))
