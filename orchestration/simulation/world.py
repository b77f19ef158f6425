"""Make a simulated justice system: the order in which its parts come about.

Belongs here: calling the parts in order and gathering feeds, reveals and truth. Does not belong here: any rule of its
own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.simulation import (
    records_cases,
    records_cps_laa,
    records_hearings,
    records_police,
    records_prison,
    records_probation,
    records_results,
    truth,
)
from orchestration.simulation.calibration import OUT_OF_COURT_PER_DEFENDANT
from orchestration.simulation.merging import Filed, file_cases
from orchestration.simulation.model import Reveal, World, WorldParameters
from orchestration.simulation.police_events import draw_out_of_court, draw_uncharged_arrests
from orchestration.simulation.population import Population, mask_unused, populate
from orchestration.simulation.prison import assign_bookings, custody_segments, cut_by_transfers, fine_defaults
from orchestration.simulation.proceedings import Proceedings, run_proceedings
from orchestration.simulation.records import blank_where, known_by, texts
from orchestration.simulation.reference import Reference, load_reference
from orchestration.simulation.sampling import Bools, Ints, Streams, Texts, day_of
from orchestration.simulation.sentencing import FINE, heaviest_charges, young_adult_codes

_CHILD_DAYS = 6_575

REVEALS: dict[str, tuple[Reveal, ...]] = {
    "police/custody_records": records_police.CUSTODY_REVEALS,
    "police/out_of_court_disposals": records_police.OUT_OF_COURT_REVEALS,
    "cps/defendants": records_cps_laa.CPS_REVEALS,
    "hmcts/cases": records_cases.CASE_REVEALS,
    "hmcts/defendants": records_cases.DEFENDANT_REVEALS,
    "hmcts/offences": records_cases.OFFENCE_REVEALS,
    "hmcts/hearings": (),
    "hmcts/hearing_defendants": (),
    "hmcts/results": records_results.RESULT_REVEALS,
    "prison/prisoners": (),
    "prison/custody_spells": records_prison.SPELL_REVEALS,
    "prison/sentences": records_prison.SENTENCE_REVEALS,
    "probation/orders": records_probation.ORDER_REVEALS,
    "laa/representation_orders": records_cps_laa.LEGAL_AID_REVEALS,
}
"""What is not known of a record from its creation on, by feed."""


def simulate_world(parameters: WorldParameters) -> World:
    """Simulate a justice system as at `parameters.end_date`.

    Returns:
        The world: feeds, reveals and truth; the same for the same parameters, value for value.

    Raises:
        FileNotFoundError: a reference list is missing.
        RuntimeError: the parameters leave no way to reach the number of defendants.
    """
    reference = load_reference(parameters.reference_dir)
    streams = Streams(parameters.seed)
    proceedings = run_proceedings(parameters, reference, streams)
    uncharged, out_of_court = _police_events(parameters, reference, streams, proceedings)
    first_day, last_day = day_of(parameters.window_start), day_of(parameters.end_date)
    events = _Events(
        parameters=parameters,
        reference=reference,
        streams=streams,
        proceedings=proceedings,
        orders=records_probation.draw_orders(streams.named("probation"), proceedings, reference, first_day, last_day),
        defaulters=_fine_defaulters(streams, proceedings, reference, last_day),
        uncharged=uncharged,
        out_of_court=out_of_court,
    )
    world = _file(events, _populate(events))
    feeds, segments = _records(world)
    end = pd.Timestamp(parameters.end_date)
    feeds = {name: known_by(feeds[name], REVEALS[name], end) for name in REVEALS}
    return World(parameters=parameters, feeds=feeds, reveals=REVEALS, truth=_truth(world, feeds, segments))


@dataclass(frozen=True)
class _Events:
    """What happens in the world, before anybody is named.

    Attributes:
        orders: community orders, suspended sentences and licences.
        defaulters: custody of those who did not pay a fine.
        uncharged: arrests that lead to no case.
        out_of_court: disposals without a court.
    """

    parameters: WorldParameters
    reference: Reference
    streams: Streams
    proceedings: Proceedings
    orders: pd.DataFrame
    defaulters: pd.DataFrame
    uncharged: pd.DataFrame
    out_of_court: pd.DataFrame

    @property
    def first_day(self) -> int:
        """First day of the window."""
        return day_of(self.parameters.window_start)

    @property
    def last_day(self) -> int:
        """Day the world is looked at."""
        return day_of(self.parameters.end_date)


@dataclass(frozen=True)
class _FiledWorld(_Events):
    """The same with the people it happened to and the ids it is filed under.

    Attributes:
        filed: cases as the courts file them.
        case_ids: of the filed cases.
        references: case reference numbers (PTI URN) of the filed cases.
        defendant_ids: of all defendants.
    """

    population: Population
    filed: Filed
    case_ids: Texts
    references: Texts
    defendant_ids: Texts

    @property
    def people(self) -> pd.DataFrame:
        """The clean identity of everybody."""
        return self.population.people

    @property
    def known_ids(self) -> Texts:
        """Ids of the defendants whose proceedings are delivered; blank for the others."""
        return blank_where(self.defendant_ids, ~self.proceedings.delivered)


def _police_events(
    parameters: WorldParameters, reference: Reference, streams: Streams, proceedings: Proceedings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    arrest = proceedings.defendants["arrest_day"].to_numpy()
    arrested = proceedings.delivered & proceedings.defendants["arrested"].to_numpy()
    in_window = arrested & (arrest >= day_of(parameters.window_start)) & (arrest <= day_of(parameters.end_date))
    uncharged = draw_uncharged_arrests(parameters, reference, streams, int(in_window.sum()))
    size = round(OUT_OF_COURT_PER_DEFENDANT * parameters.defendants)
    return uncharged, draw_out_of_court(parameters, reference, streams, size)


def _fine_defaulters(streams: Streams, proceedings: Proceedings, reference: Reference, last_day: int) -> pd.DataFrame:
    heaviest = heaviest_charges(proceedings.outcomes, proceedings.charges, reference.offences)
    fined = heaviest[texts(proceedings.outcomes["final_code"])[heaviest] == FINE]
    who = proceedings.charges["defendant"].to_numpy()[fined]
    free = np.ones(len(proceedings.defendants), dtype=bool)
    free[proceedings.intervals["defendant"].to_numpy()] = False
    free &= proceedings.delivered & ~proceedings.defendants["organisation"].to_numpy()
    who = who[free[who]]
    return fine_defaults(streams.named("prison.fines"), who, proceedings.progress.end_day[who], last_day)


def _populate(events: _Events) -> Population:
    """People for all events; afterwards defendants know their person and age, sentences their spelling by age."""
    proceedings, defendants = events.proceedings, events.proceedings.defendants
    held = events.defaulters[["defendant", "start", "end"]]
    intervals = pd.concat([proceedings.intervals, held], ignore_index=True)
    needed = proceedings.delivered.copy()
    needed[events.orders["defendant"].to_numpy()] = True
    needed[intervals["defendant"].to_numpy()[intervals["end"].to_numpy() > events.first_day]] = True
    population = populate(
        events.parameters, events.reference, events.streams, proceedings, intervals, needed, events.uncharged,
        events.out_of_court,
    )  # fmt: skip
    person = population.of_defendant
    birth = population.people["birth_day"].to_numpy()[np.maximum(person, 0)]
    defendants["person"] = person
    defendants["birth_day"] = np.where(person >= 0, birth, defendants["birth_day"].to_numpy())
    events.uncharged["person"] = population.of_uncharged
    events.out_of_court["person"] = population.of_out_of_court
    who = proceedings.charges["defendant"].to_numpy()
    age = proceedings.progress.end_day[who] - defendants["birth_day"].to_numpy()[who]
    young_adult_codes(proceedings.outcomes, age)
    return population


def _file(events: _Events, population: Population) -> _FiledWorld:
    proceedings, streams = events.proceedings, events.streams
    filed = file_cases(
        streams.named("merging"), proceedings.cases, proceedings.defendants, proceedings.progress,
        proceedings.delivered, events.last_day,
    )  # fmt: skip
    return _FiledWorld(
        **vars(events),
        population=population,
        filed=filed,
        case_ids=records_results.ids_of(streams, "cases", len(filed.cases)),
        references=records_cases.file_references(streams.named("records.ptiurn"), proceedings, filed, events.reference),
        defendant_ids=records_results.ids_of(streams, "defendants", len(proceedings.defendants)),
    )


def _records(world: _FiledWorld) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """All feed tables before anything is hidden, and the custody segments behind the prison feeds."""
    reference, streams, proceedings, filed = world.reference, world.streams, world.proceedings, world.filed
    people, last_day = world.people, world.last_day
    case_ids, references, defendant_ids, known_ids = (
        world.case_ids, world.references, world.defendant_ids, world.known_ids
    )  # fmt: skip
    offence_ids = records_results.ids_of(streams, "offences", len(proceedings.charges))
    asn = records_police.defendant_asns(streams.named("records.asn"), proceedings, reference)
    appearances = records_hearings.delivered_appearances(proceedings, last_day)
    hearing_ids = records_results.ids_of(streams, "hearings", int(appearances["hearing"].max()) + 1)
    usual = records_hearings.representation(streams.named("records.representation"), proceedings, reference)
    feeds = {
        "police/custody_records": records_police.custody_records(
            streams, proceedings, filed, references, asn, world.uncharged, people, reference
        ),
        "police/out_of_court_disposals": records_police.out_of_court_records(
            streams, world.out_of_court, world.uncharged, people, reference
        ),
        "cps/defendants": records_cps_laa.cps_records(streams, proceedings, filed, references, asn, people, reference),
        "hmcts/cases": records_cases.case_records(
            streams.named("records.cases"), proceedings, filed, case_ids, references, reference, last_day
        ),
        "hmcts/defendants": records_cases.defendant_records(
            streams, proceedings, filed, case_ids, defendant_ids, people, asn
        ),
        "hmcts/offences": records_cases.offence_records(
            streams.named("records.offences"), proceedings, filed, defendant_ids, offence_ids, reference
        ),
        "hmcts/hearings": records_hearings.hearing_records(
            streams.named("records.hearings"), appearances, hearing_ids, proceedings, reference
        ),
        "hmcts/hearing_defendants": records_hearings.hearing_defendant_records(
            streams.named("records.appearances"),
            appearances,
            hearing_ids,
            defendant_ids,
            proceedings,
            usual,
            reference,
        ),
        "hmcts/results": records_results.result_records(
            streams, appearances, hearing_ids, offence_ids, proceedings, reference, last_day
        ),
        "laa/representation_orders": records_cps_laa.legal_aid_records(
            streams, proceedings, filed, references, asn, known_ids, usual, people, reference
        ),
    }
    own_reference = _case_references(world)
    prison, segments = _prison(world, own_reference)
    feeds |= prison
    feeds["probation/orders"] = records_probation.order_records(
        streams, world.orders, proceedings, people, own_reference, known_ids, reference
    )
    mask_unused(people, "noms_number", texts(prison["prison/prisoners"]["noms_number"]))
    mask_unused(people, "crn", texts(feeds["probation/orders"]["crn"]))
    orders_known = feeds["probation/orders"]
    orders_known["noms_number"] = orders_known["noms_number"].where(
        orders_known["noms_number"].isin(prison["prison/prisoners"]["noms_number"])
    )
    return feeds, segments


def _case_references(world: _FiledWorld) -> Texts:
    """Case reference number per defendant; cases of the recent past have numbers of their own."""
    rng = world.streams.named("records.past_ptiurn")
    past = rng.integers(10_000, 99_999, len(world.proceedings.defendants)).tolist()
    units = rng.integers(65, 73, len(world.proceedings.defendants)).tolist()
    spelt = [f"{number % 63:02d}Z{chr(unit)}{number}23" for number, unit in zip(past, units, strict=True)]
    made = np.asarray(spelt, dtype=object)
    position = world.filed.of_defendant
    return np.where(position >= 0, world.references[np.maximum(position, 0)], made).astype(object)


def _prison(world: _FiledWorld, own_reference: Texts) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    reference, streams, proceedings, people = world.reference, world.streams, world.proceedings, world.people
    known_ids, last_day = world.known_ids, world.last_day
    segments = custody_segments(
        proceedings.progress, proceedings.remand.runs, proceedings.served, world.defaulters, last_day
    )
    segments = segments[_in_scope(segments, proceedings.delivered, world.first_day)].reset_index(drop=True)
    who = segments["defendant"].to_numpy()
    segments["person"] = proceedings.defendants["person"].to_numpy()[who]
    booking = assign_bookings(streams.named("prison.bookings"), segments, segments["person"].to_numpy())
    bookings = records_prison.booking_numbers(streams.named("prison.booking_numbers"), int(booking.max(initial=-1)) + 1)
    child = segments["start"].to_numpy() - proceedings.defendants["birth_day"].to_numpy()[who] < _CHILD_DAYS
    women = texts(proceedings.defendants["sex"])[who] == "F"
    holds = np.where(child, "youth", np.where(women, "women", "men")).astype(object)
    court = _courts_of(segments, proceedings)
    spells = cut_by_transfers(
        streams.named("prison.transfers"), segments, booking, holds, reference.places.court_region[court],
        reference.prisons, last_day,
    )  # fmt: skip
    spell_table = records_prison.spell_records(
        streams.named("records.spells"), segments, spells, bookings, people, reference.places.courts[court],
        own_reference[who], known_ids,
    )  # fmt: skip
    sentences = records_prison.sentence_records(
        streams.named("records.sentences"), proceedings, records_prison.serving_bookings(segments, booking, bookings),
        people, own_reference, known_ids, reference, last_day,
    )  # fmt: skip
    prisoners = records_prison.prisoner_records(streams.named("records.prisoners"), spell_table, people)
    feeds = {
        "prison/prisoners": prisoners,
        "prison/custody_spells": spell_table,
        "prison/sentences": sentences,
    }
    return feeds, segments


def _in_scope(segments: pd.DataFrame, delivered: Bools, first_day: int) -> Bools:
    """Custody of delivered defendants; of the recent past only what reaches into the window under sentence."""
    recent = segments["end"].to_numpy() > first_day
    remand = np.isin(segments["status"].to_numpy(), records_prison.REMAND_STATUSES)
    return np.asarray(delivered[segments["defendant"].to_numpy()] | (recent & ~remand), dtype=bool)


def _courts_of(segments: pd.DataFrame, proceedings: Proceedings) -> Ints:
    """The court behind each segment: the Crown Court once a case has been sent there."""
    who = segments["defendant"].to_numpy()
    case = proceedings.defendants["case"].to_numpy()[who]
    moved = np.minimum(proceedings.progress.sent_day, proceedings.progress.committed_day)[who]
    in_crown = segments["start"].to_numpy() > moved
    court = np.where(
        in_crown, proceedings.cases["crown_court"].to_numpy()[case], proceedings.cases["court"].to_numpy()[case]
    )
    return np.asarray(court, dtype=np.int64)


def _truth(world: _FiledWorld, feeds: dict[str, pd.DataFrame], segments: pd.DataFrame) -> dict[str, pd.DataFrame]:
    filed, case_ids = world.filed, world.case_ids
    into = filed.cases["merged_into"].to_numpy()
    resolved = np.arange(len(into))
    while (into[resolved] >= 0).any():
        resolved = np.where(into[resolved] >= 0, into[resolved], resolved)
    resolved_case = dict(zip(case_ids.tolist(), case_ids[resolved].tolist(), strict=True))
    finals = truth.live_final_results(feeds, world.reference)
    sentencing, outcomes = truth.true_sentencing(feeds, finals, world.people, world.reference, resolved_case)
    position = np.maximum(filed.of_defendant, 0)
    of_defendant = pd.DataFrame({"case_id": case_ids[resolved][position], "source_case_id": case_ids[position]})
    episodes = truth.true_remand_episodes(
        segments, world.proceedings, world.defendant_ids, of_defendant, sentencing, outcomes, world.last_day
    )
    records = truth.true_person_records(feeds)
    return {
        "persons": truth.true_persons(world.people, records["true_person_id"].to_numpy()),
        "person_records": records,
        "remand_episodes": episodes,
        "sentencing": sentencing,
    }
