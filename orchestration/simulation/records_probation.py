"""Probation records: community orders, suspended sentences, licences and post-sentence supervision.

Belongs here: the columns of probation/orders and how orders end. Does not belong here: the sentences (`sentencing.py`)
or recalls (`prison.py`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation import calibration as cal
from orchestration.simulation.model import DEFENDANT_COLUMN, Reveal
from orchestration.simulation.proceedings import Proceedings
from orchestration.simulation.records import blank_where, feed_table, texts
from orchestration.simulation.records_cases import recorded_ethnicity
from orchestration.simulation.reference import Reference
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Streams,
    Texts,
    bernoulli,
    choose,
    choose_label,
    dates_of,
)
from orchestration.simulation.sentencing import (
    COMMUNITY,
    SUSPENDED,
    SUSPENDED_YOUNG,
    YOUTH_REHABILITATION,
    heaviest_charges,
)

ORDER_REVEALS = (
    Reveal(("actual_end_date", "termination_reason"), when="actual_end_date"),
    Reveal(("breaches",), when="_breach_date", before={"breaches": 0}),
)

REQUIREMENTS = {
    "UNPAID_WORK": 0.46,
    "RAR": 0.52,
    "CURFEW": 0.22,
    "ACCREDITED_PROGRAMME": 0.14,
    "ALCOHOL_ABSTINENCE": 0.12,
    "DRUG_REHABILITATION": 0.07,
    "MENTAL_HEALTH_TREATMENT": 0.02,
    "ALCOHOL_TREATMENT": 0.05,
}

_ORDER_TYPES = {
    COMMUNITY: "COMMUNITY_ORDER",
    SUSPENDED: "SUSPENDED_SENTENCE_ORDER",
    SUSPENDED_YOUNG: "SUSPENDED_SENTENCE_ORDER",
    YOUTH_REHABILITATION: "YOUTH_REHABILITATION_ORDER",
}
_MONTH = 30.4375
_POST_SENTENCE_DAYS = 365


def draw_orders(
    rng: np.random.Generator, proceedings: Proceedings, reference: Reference, first_day: int, last_day: int
) -> pd.DataFrame:
    """Orders current at some time in the window, one row each.

    Returns:
        defendant, charge, order_type, start, expected_end, actual_end (`NEVER` while running), reason, breaches,
        breach_day.
    """
    heaviest = heaviest_charges(proceedings.outcomes, proceedings.charges, reference.offences)
    code = texts(proceedings.outcomes["final_code"])[heaviest]
    supervised = heaviest[np.isin(code, tuple(_ORDER_TYPES))]
    code = code[np.isin(code, tuple(_ORDER_TYPES))]
    who = proceedings.charges["defendant"].to_numpy()[supervised]
    start = proceedings.progress.end_day[who]
    months = proceedings.outcomes["duration_value"].to_numpy(dtype=float)[supervised]
    suspended = np.isin(code, (SUSPENDED, SUSPENDED_YOUNG))
    months = np.where(suspended, np.asarray([12, 18, 24])[rng.integers(0, 3, len(who))], months)
    orders = pd.DataFrame(
        {
            "defendant": who,
            "charge": supervised,
            "order_type": np.asarray([_ORDER_TYPES[name] for name in code], dtype=object),
            "start": start,
            "expected_end": start + np.round(months * _MONTH).astype(np.int64),
            "limit": NEVER,
        }
    )
    orders = pd.concat([orders, _licences(proceedings)], ignore_index=True)
    orders = _end_orders(rng, orders)
    ends = np.minimum(orders["actual_end"].to_numpy(), orders["expected_end"].to_numpy())
    current = (orders["start"] <= last_day).to_numpy() & (ends >= first_day)
    wanted: pd.DataFrame = orders.loc[current]
    return wanted.sort_values(["start", "defendant"], kind="stable", ignore_index=True)


def _licences(proceedings: Proceedings) -> pd.DataFrame:
    served = proceedings.served
    served = served[(served["release_day"] < NEVER) & (served["expiry_day"] < NEVER)]
    on_licence = served[served["expiry_day"] > served["release_day"] + 7]
    licence = pd.DataFrame(
        {
            "defendant": on_licence["defendant"].to_numpy(),
            "charge": on_licence["charge"].to_numpy(),
            "order_type": np.full(len(on_licence), "LICENCE", dtype=object),
            "start": on_licence["release_day"].to_numpy(),
            "expected_end": on_licence["expiry_day"].to_numpy(),
            "limit": on_licence["recall_day"].to_numpy(),
        }
    )
    # terms under two years are followed by supervision up to a year from release (Offender Rehabilitation Act 2014)
    short = on_licence[(on_licence["own_months"] < 24) & (on_licence["own_months"] > 0.1)]
    end = short["release_day"].to_numpy() + _POST_SENTENCE_DAYS
    back = np.where(short["recall_day"] < NEVER, short["rerelease_day"], 0)
    begins = np.maximum(short["expiry_day"].to_numpy(), back)
    supervision = pd.DataFrame(
        {
            "defendant": short["defendant"].to_numpy(),
            "charge": short["charge"].to_numpy(),
            "order_type": np.full(len(short), "POST_SENTENCE_SUPERVISION", dtype=object),
            "start": begins,
            "expected_end": end,
            "limit": np.full(len(short), NEVER),
        }
    )
    return pd.concat([licence, supervision[supervision["expected_end"] > supervision["start"] + 7]], ignore_index=True)


def _end_orders(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    size = len(orders)
    start, expected = orders["start"].to_numpy(), orders["expected_end"].to_numpy()
    reason = choose_label(rng, tuple(cal.ORDER_TERMINATION), tuple(cal.ORDER_TERMINATION.values()), size)
    on_licence = np.isin(texts(orders["order_type"]), ("LICENCE", "POST_SENTENCE_SUPERVISION"))
    reason[on_licence & (reason != "DIED")] = "COMPLETED"
    early = start + 1 + np.floor((expected - start) * rng.beta(1.6, 1.6, size)).astype(np.int64)
    end = np.where(reason == "COMPLETED", expected, np.minimum(early, expected))
    recalled = orders["limit"].to_numpy() < NEVER
    end = np.where(recalled, orders["limit"].to_numpy(), end)
    reason[recalled] = "RECALLED"
    breached = (reason == "REVOKED_BREACH") | (~on_licence & bernoulli(rng, 0.14, size))
    breaches = np.where(breached, 1 + choose(rng, (0.6, 0.3, 0.1), size), 0)
    breach_day = start + 1 + np.floor((end - start - 1) * rng.beta(1.5, 1.5, size)).astype(np.int64)
    return orders.assign(
        actual_end=end, reason=reason, breaches=breaches, breach_day=np.where(breached, breach_day, start)
    )


def order_records(
    streams: Streams,
    orders: pd.DataFrame,
    proceedings: Proceedings,
    people: pd.DataFrame,
    case_references: Texts,
    defendant_ids: Texts,
    reference: Reference,
) -> pd.DataFrame:
    """probation/orders: events of a person numbered in order of start."""
    rng = streams.named("records.probation")
    who = orders["defendant"].to_numpy()
    person = proceedings.defendants["person"].to_numpy()[who]
    known = people.iloc[person].reset_index(drop=True)
    number = pd.Series(person).groupby(person).cumcount().to_numpy() + 1
    start = orders["start"].to_numpy()
    case = proceedings.defendants["case"].to_numpy()[who]
    court = np.where(
        proceedings.progress.ended_in_crown[who],
        proceedings.cases["crown_court"].to_numpy()[case],
        proceedings.cases["court"].to_numpy()[case],
    )
    moved = known["moved_day"].to_numpy() <= start
    on_licence = np.isin(texts(orders["order_type"]), ("LICENCE", "POST_SENTENCE_SUPERVISION"))
    jailed = on_licence | bernoulli(rng, 0.25, len(orders))
    records = feed_table(
        {
            "crn": texts(known["crn"]),
            "event_number": number,
            "noms_number": blank_where(texts(known["noms_number"]), ~jailed),
            "pnc_id": blank_where(texts(known["pnc_id"]), bernoulli(rng, 0.1, len(orders))),
            "surname": texts(known["surname"]),
            "forename": texts(known["forename_1"]),
            "date_of_birth": known["date_of_birth"].to_numpy(),
            "gender": np.where(texts(known["sex"]) == "M", "Male", "Female").astype(object),
            "ethnicity_code": recorded_ethnicity(rng, texts(known["ethnicity_code"]), 0.06),
            "postcode": np.where(moved, texts(known["postcode"]), texts(known["previous_postcode"])).astype(object),
            "order_type": texts(orders["order_type"]),
            "start_date": dates_of(start),
            "expected_end_date": dates_of(orders["expected_end"].to_numpy()),
            "actual_end_date": dates_of(orders["actual_end"].to_numpy()),
            "termination_reason": texts(orders["reason"]),
            "court_ou_code": reference.places.courts[court],
            "ptiurn": blank_where(case_references[who], bernoulli(rng, 0.12, len(orders))),
            "cjs_offence_code": reference.offences.codes[
                proceedings.charges["code"].to_numpy()[orders["charge"].to_numpy()]
            ],
            "requirements": _requirements(rng, on_licence),
            "breaches": orders["breaches"].to_numpy(),
        },
        created=start,
        person=person,
    )
    records[DEFENDANT_COLUMN] = defendant_ids[who]
    records["_breach_date"] = dates_of(orders["breach_day"].to_numpy())
    return records


def _requirements(rng: np.random.Generator, on_licence: Bools) -> Texts:
    size = len(on_licence)
    chosen = {name: bernoulli(rng, share, size).tolist() for name, share in REQUIREMENTS.items()}
    joined = [";".join(name for name in REQUIREMENTS if chosen[name][row]) or "RAR" for row in range(size)]
    return blank_where(np.asarray(joined, dtype=object), on_licence)
