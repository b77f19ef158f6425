"""Who everything happened to: people for all events of the world, with their operational identifiers.

Belongs here: gathering the events of every agency, giving each a person and each person the identifiers the agencies
would have issued. Does not belong here: names (`people.py`), the matching itself (`matching.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.simulation.identifiers import crns, cro_numbers, distinct_serials, noms_numbers, pnc_ids
from orchestration.simulation.matching import Interval, match_people
from orchestration.simulation.model import NO_PERSON, WorldParameters
from orchestration.simulation.offending import SINGLE_JUSTICE
from orchestration.simulation.people import make_people
from orchestration.simulation.proceedings import Proceedings
from orchestration.simulation.records import blank_where, texts, years_of
from orchestration.simulation.reference import Reference
from orchestration.simulation.sampling import Bools, Ints, Streams, Texts, bernoulli, day_of

_EARLIER_RECORD_SHARE = 0.55
"""People already on the Police National Computer before the first event seen here."""

_CRO_SHARE = 0.72


@dataclass(frozen=True)
class Population:
    """People (one row each, the position is the true person number) and the person of each event."""

    people: pd.DataFrame
    of_defendant: Ints
    of_uncharged: Ints
    of_out_of_court: Ints


def populate(
    parameters: WorldParameters,
    reference: Reference,
    streams: Streams,
    proceedings: Proceedings,
    intervals: pd.DataFrame,
    needed: Bools,
    uncharged: pd.DataFrame,
    out_of_court: pd.DataFrame,
) -> Population:
    """Give every event a person, and the people names, homes and identifiers.

    Args:
        parameters: the world's window.
        reference: forces and postcode areas.
        streams: random streams.
        proceedings: the proceedings; organisations get no person.
        intervals: all days in custody by defendant.
        needed: defendants whose proceedings or custody any feed holds.
        uncharged: from `draw_uncharged_arrests`.
        out_of_court: from `draw_out_of_court`.
    """
    rows = np.flatnonzero(needed & ~proceedings.defendants["organisation"].to_numpy())
    events = pd.concat(
        [
            _court_events(proceedings, rows),
            _police_events(uncharged, "arrest_day", "uncharged"),
            _police_events(out_of_court, "outcome_day", "out_of_court"),
        ],
        ignore_index=True,
    )
    position = np.full(len(needed), -1, dtype=np.int64)
    position[rows] = np.arange(len(rows))
    matched = match_people(streams.named("matching"), events, _custody_by_event(intervals, position))
    people = make_people(
        matched.sex, matched.ethnic_group, matched.birth_day, matched.first_seen, matched.force, reference.places,
        streams, day_of(parameters.window_start), day_of(parameters.end_date),
    )  # fmt: skip
    of_defendant = np.full(len(needed), NO_PERSON, dtype=np.int64)
    of_defendant[rows] = matched.person[: len(rows)]
    recorded = np.zeros(len(people), dtype=bool)
    recorded[matched.person[(events["kind"] != "single_justice").to_numpy()]] = True
    _issue_identifiers(streams.named("population.identifiers"), people, recorded, matched.first_seen)
    people["ethnic_name"] = [reference.ethnicity_group[code] for code in people["ethnicity_code"]]
    first_police = len(rows)
    return Population(
        people=people,
        of_defendant=of_defendant,
        of_uncharged=matched.person[first_police : first_police + len(uncharged)],
        of_out_of_court=matched.person[first_police + len(uncharged) :],
    )


def _court_events(proceedings: Proceedings, rows: Ints) -> pd.DataFrame:
    defendants = proceedings.defendants.iloc[rows]
    case = defendants["case"].to_numpy()
    single = proceedings.cases["track"].to_numpy()[case] == SINGLE_JUSTICE
    return pd.DataFrame(
        {
            "offence_day": defendants["offence_day"].to_numpy(),
            "seen_day": defendants["arrest_day"].where(defendants["arrested"], defendants["charge_day"]).to_numpy(),
            "kind": np.where(single, "single_justice", "ordinary").astype(object),
            "group": proceedings.cases["group"].to_numpy()[case],
            "sex": texts(defendants["sex"]),
            "ethnic_group": defendants["ethnic_group"].to_numpy(),
            "youth": defendants["youth"].to_numpy(),
            "force": proceedings.cases["force"].to_numpy()[case],
            "birth_day": defendants["birth_day"].to_numpy(),
            "case": case,
        }
    )


def _police_events(table: pd.DataFrame, seen: str, kind: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "offence_day": table["offence_day"].to_numpy(),
            "seen_day": table[seen].to_numpy(),
            "kind": np.full(len(table), kind, dtype=object),
            "group": table["group"].to_numpy(),
            "sex": texts(table["sex"]),
            "ethnic_group": table["ethnic_group"].to_numpy(),
            "youth": table["youth"].to_numpy(),
            "force": table["force"].to_numpy(),
            "birth_day": table["birth_day"].to_numpy(),
            "case": np.full(len(table), -1),
        }
    )


def _custody_by_event(intervals: pd.DataFrame, position: Ints) -> dict[int, list[Interval]]:
    custody: dict[int, list[Interval]] = {}
    for who, start, end in zip(
        position[intervals["defendant"].to_numpy()].tolist(),
        intervals["start"].tolist(),
        intervals["end"].tolist(),
        strict=True,
    ):
        if who >= 0:
            custody.setdefault(who, []).append((start, end))
    return custody


def _issue_identifiers(rng: np.random.Generator, people: pd.DataFrame, recorded: Bools, first_seen: Ints) -> None:
    """PNC id and CRO number for people the police met; prison and probation numbers for everyone, used where met."""
    size = len(people)
    earlier = bernoulli(rng, _EARLIER_RECORD_SHARE, size)
    youngest = years_of(people["birth_day"].to_numpy()) + 11
    seen = years_of(first_seen)
    year = np.where(earlier, seen - rng.integers(0, 18, size), seen)
    year = np.maximum(np.minimum(year, seen), np.minimum(youngest, seen))
    pnc = np.asarray(pnc_ids(year, distinct_serials(rng, size, max(900_000, 4 * size))), dtype=object)
    cro = np.asarray(cro_numbers(year, distinct_serials(rng, size, max(900_000, 4 * size)) % 999_983), dtype=object)
    has_cro = recorded & bernoulli(rng, _CRO_SHARE, size)
    people["pnc_id"] = blank_where(pnc, ~recorded)
    people["cro_number"] = blank_where(cro, ~has_cro)
    people["noms_number"] = noms_numbers(distinct_serials(rng, size, 23 * 23 * 23 * 10_000))
    people["crn"] = crns(distinct_serials(rng, size, 23_000_000))


def mask_unused(people: pd.DataFrame, column: str, used: Texts) -> None:
    """Blank an identifier of people on whose records it never appears, in place."""
    people[column] = people[column].where(people[column].isin(pd.unique(pd.Series(used).dropna())))
