"""Police records of arrests and out-of-court disposals.

Belongs here: the columns of police/custody_records and police/out_of_court_disposals. Does not belong here: stops and
searches, which are made with the deliveries.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from orchestration.simulation.identifiers import arrest_summons_numbers
from orchestration.simulation.merging import Filed
from orchestration.simulation.model import Reveal
from orchestration.simulation.proceedings import Proceedings
from orchestration.simulation.records import blank_where, feed_table, texts, timestamps, years_of, yes_no
from orchestration.simulation.records_cases import recorded_ethnicity
from orchestration.simulation.reference import Reference
from orchestration.simulation.sampling import (
    NEVER,
    Bools,
    Ints,
    Streams,
    Texts,
    bernoulli,
    choose,
    choose_label,
    dates_of,
)

CUSTODY_REVEALS = (
    Reveal(
        ("disposal", "disposal_at", "remanded_for_court", "ptiurn"),
        when="_decided_date",
        before_from={"disposal": "_first_disposal", "disposal_at": "_first_disposal_at"},
    ),
)
"""A suspect released under investigation or on bail reads so until the decision."""

OUT_OF_COURT_REVEALS = (
    Reveal(
        ("completion_status", "completed_date"),
        when="_settled_date",
        before_from={"completion_status": "_first_status"},
    ),
)

CONDITIONS = {
    "REPARATION": 0.24,
    "APOLOGY": 0.34,
    "AWARENESS_COURSE": 0.26,
    "DRUG_INTERVENTION": 0.18,
    "COMPENSATION": 0.16,
    "EXCLUSION": 0.10,
    "ALCOHOL_INTERVENTION": 0.08,
}
OFFICER_ETHNICITY = {"white": ("IC1", "IC2"), "mixed": ("IC3", "IC1"), "asian": ("IC4", "IC5"), "black": ("IC3", "IC3"),
                     "other": ("IC6", "IC5")}  # fmt: skip
_OFFICER_SURE = 0.9
_RECORDED_STREET = 0.55
"""Cautions and resolutions given in custody that the crime system records as a disposal too."""


def defendant_asns(rng: np.random.Generator, proceedings: Proceedings, reference: Reference) -> Texts:
    """Arrest/summons number of every defendant who was arrested or summonsed for a recordable offence, else None."""
    defendants = proceedings.defendants
    case = defendants["case"].to_numpy()
    force = reference.places.forces[proceedings.cases["force"].to_numpy()[case]]
    size = len(defendants)
    letters = np.asarray(list("ABCDEFGHJKLMNPQRTUVWXYZ"), dtype=object)
    units = letters[rng.integers(0, 6, size)] + letters[rng.integers(0, 23, size)]
    numbers = np.asarray(
        arrest_summons_numbers(
            years_of(defendants["arrest_day"].to_numpy()), force.tolist(), units.tolist(), "01",
            1 + rng.permutation(4 * size)[:size],
        ),
        dtype=object,
    )  # fmt: skip
    summonsed = ~defendants["arrested"].to_numpy()
    none = defendants["organisation"].to_numpy() | (summonsed & bernoulli(rng, 0.75, size))
    return blank_where(numbers, none)


def custody_records(
    streams: Streams,
    proceedings: Proceedings,
    filed: Filed,
    references: Texts,
    asn: Texts,
    uncharged: pd.DataFrame,
    people: pd.DataFrame,
    reference: Reference,
) -> pd.DataFrame:
    """police/custody_records: one row per offence of each arrest, charged or not."""
    rng = streams.named("records.custody")
    charged = _charged_rows(rng, proceedings, filed, references, asn)
    rest = _uncharged_rows(rng, uncharged, reference)
    table = pd.concat([charged, rest], ignore_index=True)
    table = table.sort_values(["arrest_day", "episode", "sequence"], kind="stable", ignore_index=True)
    episode = table["episode"].to_numpy()
    serial = np.zeros(int(episode.max(initial=-1)) + 1, dtype=np.int64)
    _, first = np.unique(episode, return_index=True)
    serial[episode[np.sort(first)]] = np.arange(len(first)) + 1
    year = years_of(table["arrest_day"].to_numpy())
    numbered = zip(serial[episode].tolist(), year.tolist(), strict=True)
    numbers = [f"CU{number:07d}/{y % 100:02d}" for number, y in numbered]
    known = people.iloc[table["person"].to_numpy()].reset_index(drop=True)
    arrested = table["arrest_day"].to_numpy()
    minute = (rng.integers(0, 1440, len(serial)))[episode]
    moved = known["moved_day"].to_numpy() <= arrested
    decided = table["decided_day"].to_numpy()
    first_minute = np.minimum(minute + 60 * rng.integers(4, 20, len(table)), 1439)
    at_once = decided == arrested
    decided_minute = np.where(at_once, first_minute, 9 * 60 + rng.integers(0, 9 * 60, len(table)))
    unstated = bernoulli(rng, 0.04, len(serial))[episode]
    records = feed_table(
        {
            "force_code": reference.places.forces[table["force"].to_numpy()],
            "custody_number": numbers,
            "offence_sequence": table["sequence"].to_numpy(),
            "arrest_summons_number": texts(table["asn"]),
            "pnc_id": texts(known["pnc_id"]),
            "cro_number": blank_where(texts(known["cro_number"]), bernoulli(rng, 0.25, len(serial))[episode]),
            "surname": texts(known["surname"]),
            "forename_1": texts(known["forename_1"]),
            "forename_2": texts(known["forename_2"]),
            "date_of_birth": known["date_of_birth"].to_numpy(),
            "sex": texts(known["sex"]),
            "self_defined_ethnicity": _once(recorded_ethnicity(rng, texts(known["ethnicity_code"]), 0.08), episode),
            "officer_defined_ethnicity": _once(_officer_view(rng, texts(known["ethnic_name"])), episode),
            "postcode": np.where(moved, texts(known["postcode"]), texts(known["previous_postcode"])).astype(object),
            "nationality": blank_where(texts(known["nationality_code"]), unstated),
            "arrested_at": timestamps(arrested, minute),
            "offence_code": reference.offences.codes[table["code"].to_numpy()],
            "offence_date": dates_of(table["offence_day"].to_numpy()),
            "disposal": texts(table["disposal"]),
            "disposal_at": timestamps(decided, decided_minute),
            "remanded_for_court": blank_where(yes_no(table["kept"]), texts(table["disposal"]) != "CHARGED"),
            "ptiurn": texts(table["ptiurn"]),
            "domestic_abuse_flag": yes_no(bernoulli(rng, 0.16, len(serial))[episode]),
        },
        created=arrested,
        person=table["person"].to_numpy(),
    )
    records["_decided_date"] = dates_of(decided)
    records["_first_disposal"] = texts(table["first_disposal"])
    records["_first_disposal_at"] = timestamps(arrested, first_minute)
    return records


def _once(values: Texts, episode: Ints) -> Texts:
    """One value per episode: what was written for its first row."""
    _, first = np.unique(episode, return_index=True)
    position = np.full(int(episode.max(initial=-1)) + 1, 0)
    position[episode[first]] = first
    return np.asarray(values[position[episode]], dtype=object)


def _officer_view(rng: np.random.Generator, group: Texts) -> Texts:
    views = np.asarray([OFFICER_ETHNICITY[name] for name in group], dtype=object).reshape(-1, 2)
    sure = bernoulli(rng, _OFFICER_SURE, len(group))
    unknown = bernoulli(rng, 0.03, len(group))
    return np.where(unknown, "IC9", np.where(sure, views[:, 0], views[:, 1])).astype(object)


def _charged_rows(
    rng: np.random.Generator, proceedings: Proceedings, filed: Filed, references: Texts, asn: Texts
) -> pd.DataFrame:
    defendants = proceedings.defendants
    case = defendants["case"].to_numpy()
    police = np.isin(texts(proceedings.cases["prosecutor"])[case], ("CPS", "POLICE"))
    taken = proceedings.delivered & defendants["arrested"].to_numpy() & police & (defendants["person"].to_numpy() >= 0)
    who_all = proceedings.charges["defendant"].to_numpy()
    charges = proceedings.charges[taken[who_all]]
    who = charges["defendant"].to_numpy()
    arrest, charge = defendants["arrest_day"].to_numpy()[who], defendants["charge_day"].to_numpy()[who]
    waited = charge > arrest + 1
    bailed = bernoulli(rng, 0.5, len(defendants))[who]
    first = np.where(bailed, "PRE_CHARGE_BAIL", "RELEASED_UNDER_INVESTIGATION").astype(object)
    return pd.DataFrame(
        {
            "episode": who,
            "sequence": charges["sequence"].to_numpy(),
            "person": defendants["person"].to_numpy()[who],
            "force": proceedings.cases["force"].to_numpy()[case[who]],
            "asn": asn[who],
            "code": charges["code"].to_numpy(),
            "offence_day": charges["offence_day"].to_numpy(),
            "arrest_day": arrest,
            "decided_day": np.where(waited, charge, arrest),
            "first_disposal": np.where(waited, first, "CHARGED").astype(object),
            "disposal": np.full(len(who), "CHARGED", dtype=object),
            "kept": proceedings.kept[who],
            "ptiurn": references[filed.of_defendant[who]],
        }
    )


def _uncharged_rows(rng: np.random.Generator, uncharged: pd.DataFrame, reference: Reference) -> pd.DataFrame:
    size = len(uncharged)
    first = texts(uncharged["first_disposal"])
    final = texts(uncharged["final_disposal"])
    force = reference.places.forces[uncharged["force"].to_numpy()]
    letters = np.asarray(list("ABCDEFGHJKLMNPQRTUVWXYZ"), dtype=object)
    units = letters[rng.integers(0, 6, size)] + letters[rng.integers(0, 23, size)]
    asn = arrest_summons_numbers(
        years_of(uncharged["arrest_day"].to_numpy()), force.tolist(), units.tolist(), "01",
        90_000_000 + rng.permutation(4 * size)[:size],
    )  # fmt: skip
    return pd.DataFrame(
        {
            "episode": 10_000_000 + np.arange(size),
            "sequence": np.ones(size, dtype=np.int64),
            "person": uncharged["person"].to_numpy(),
            "force": uncharged["force"].to_numpy(),
            "asn": asn,
            "code": uncharged["code"].to_numpy(),
            "offence_day": uncharged["offence_day"].to_numpy(),
            "arrest_day": uncharged["arrest_day"].to_numpy(),
            "decided_day": uncharged["final_day"].to_numpy(),
            "first_disposal": np.where(first == "", final, first).astype(object),
            "disposal": final,
            "kept": np.zeros(size, dtype=bool),
            "ptiurn": np.full(size, None, dtype=object),
        }
    )


_IN_CUSTODY_CODES = {"CAUTION": "3", "CONDITIONAL_CAUTION": "3", "COMMUNITY_RESOLUTION": "8"}


def out_of_court_records(
    streams: Streams, out_of_court: pd.DataFrame, uncharged: pd.DataFrame, people: pd.DataFrame, reference: Reference
) -> pd.DataFrame:
    """police/out_of_court_disposals: given in the street, and some of those given in custody."""
    rng = streams.named("records.out_of_court")
    final = texts(uncharged["final_disposal"])
    recorded = np.isin(final, tuple(_IN_CUSTODY_CODES)) & bernoulli(rng, _RECORDED_STREET, len(uncharged))
    inside = uncharged[recorded]
    youth = inside["youth"].to_numpy()
    inside_code = np.asarray([_IN_CUSTODY_CODES[name] for name in final[recorded].tolist()], dtype=object)
    inside = inside.assign(
        outcome_code=np.where((inside_code == "3") & youth, "2", inside_code), outcome_day=inside["final_day"]
    )
    columns = ["person", "force", "code", "offence_day", "outcome_code", "outcome_day"]
    table = pd.concat([out_of_court[columns], inside[columns]], ignore_index=True)
    table = table.sort_values(["outcome_day", "person"], kind="stable", ignore_index=True)
    size = len(table)
    outcome, day = texts(table["outcome_code"]), table["outcome_day"].to_numpy()
    known = people.iloc[table["person"].to_numpy()].reset_index(drop=True)
    conditional = np.isin(outcome, ("8", "22")) | ((outcome == "3") & bernoulli(rng, 0.4, size))
    conditional &= bernoulli(rng, 0.8, size)
    due = day + np.asarray([14, 28, 56, 84, 112])[choose(rng, (0.15, 0.3, 0.25, 0.2, 0.1), size)]
    kept = bernoulli(rng, 0.84, size)
    settled = np.where(kept, day + 1 + np.floor((due - day) * rng.beta(2, 1.4, size)).astype(np.int64), due + 14)
    year = years_of(day)
    moved = known["moved_day"].to_numpy() <= day
    crimes = rng.integers(1, 999_999, size).tolist()
    records = feed_table(
        {
            "force_code": reference.places.forces[table["force"].to_numpy()],
            "disposal_ref": [f"OOC{n + 1:07d}/{y % 100:02d}" for n, y in enumerate(year.tolist())],
            "crime_ref": [f"{n:06d}/{y % 100:02d}" for n, y in zip(crimes, year.tolist(), strict=True)],
            "outcome_code": outcome,
            "outcome_date": dates_of(day),
            "offence_code": reference.offences.codes[table["code"].to_numpy()],
            "offence_date": dates_of(table["offence_day"].to_numpy()),
            "surname": texts(known["surname"]),
            "forename": texts(known["forename_1"]),
            "date_of_birth": known["date_of_birth"].to_numpy(),
            "sex": texts(known["sex"]),
            "self_defined_ethnicity": recorded_ethnicity(rng, texts(known["ethnicity_code"]), 0.18),
            "pnc_id": blank_where(texts(known["pnc_id"]), ~np.isin(outcome, ("2", "3"))),
            "postcode": np.where(moved, texts(known["postcode"]), texts(known["previous_postcode"])).astype(object),
            "conditions": _conditions(rng, conditional),
            "conditions_due_date": dates_of(np.where(conditional, due, NEVER)),
            "completion_status": np.where(
                conditional, np.where(kept, "COMPLETED", "BREACHED"), "NOT_APPLICABLE"
            ).astype(object),
            "completed_date": dates_of(np.where(conditional & kept, settled, NEVER)),
        },
        created=day,
        person=table["person"].to_numpy(),
    )
    records["_settled_date"] = dates_of(np.where(conditional, settled, day))
    records["_first_status"] = np.where(conditional, "PENDING", "NOT_APPLICABLE").astype(object)
    return records


def _conditions(rng: np.random.Generator, conditional: Bools) -> Texts:
    names = np.asarray(list(CONDITIONS), dtype=object)
    first = choose_label(rng, tuple(CONDITIONS), tuple(CONDITIONS.values()), len(conditional))
    second = names[rng.integers(0, len(names), len(conditional))]
    both = bernoulli(rng, 0.25, len(conditional)) & (first != second)
    return blank_where(np.where(both, first + ";" + second, first).astype(object), ~conditional)
