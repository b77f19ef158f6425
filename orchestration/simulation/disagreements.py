"""What one agency's system holds of a proceeding and another's contradicts: the errors no single feed can show.

Belongs here: which records an agency never entered or entered wrongly, so that another agency's record of the same
proceeding disagrees, and the truth table of them. Does not belong here: errors of single values that each system makes
by itself (`dirt.py`), rates (`dirt_plan.py`), or what the warehouse calls a contradiction.

A record never entered keeps its row without a day of creation, so no delivery holds it and every other record draws
the same chances as before. Nobody is struck twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from orchestration.simulation.delivery_files import seeded
from orchestration.simulation.dirt_plan import DirtParameters
from orchestration.simulation.model import CREATED_COLUMN, DEFENDANT_COLUMN, PERSON_COLUMN, World
from orchestration.simulation.proceeding_facts import ProceedingFacts, looked_up
from orchestration.simulation.sampling import Bools

SPELLS, SENTENCES, ORDERS = "prison/custody_spells", "prison/sentences", "probation/orders"
CPS, LEGAL_AID, ARRESTS = "cps/defendants", "laa/representation_orders", "police/custody_records"
RESULTS = "hmcts/results"

KEYS = {
    SPELLS: ("booking_number", "spell_sequence"),
    SENTENCES: ("booking_number", "sentence_sequence"),
    ORDERS: ("crn", "event_number"),
    CPS: ("ptiurn", "defendant_number"),
    LEGAL_AID: ("maat_id",),
    ARRESTS: ("force_code", "custody_number", "offence_sequence"),
    RESULTS: ("result_id",),
}
"""Parts of a record key, joined with '|'."""

COLUMNS = ("kind", "feed", "record_key", "defendant_id", "true_person_id", "event_date")

REMAND = ("UNTRIED", "CONVICTED_UNSENTENCED")
CONVICTED = ("GUILTY PLEA", "CONVICTED AFTER TRIAL", "PROVED IN ABSENCE")
NOT_CONVICTED = ("DISCONTINUED", "DISMISSED", "ACQUITTED")
COMMUNITY = ("COMMUNITY_ORDER", "SUSPENDED_SENTENCE_ORDER")
REFUSED = ("WD", "FM", "FJ")

SETTLED_DAYS = 28
"""No record is struck whose answer would be due later than this many days before the world ends."""


@dataclass
class _System:
    """The agencies' systems while they are being spoiled, and what has been done to them."""

    world: World
    feeds: dict[str, pd.DataFrame]
    facts: ProceedingFacts
    struck: set[int] = field(default_factory=set)
    records: list[pd.DataFrame] = field(default_factory=list)

    @property
    def first_day(self) -> pd.Timestamp:
        return pd.Timestamp(self.world.parameters.window_start)

    @property
    def settled_day(self) -> pd.Timestamp:
        return pd.Timestamp(self.world.parameters.end_date) - pd.Timedelta(days=SETTLED_DAYS)

    def in_window(self, days: pd.Series) -> pd.Series:
        """Which days lie in the window, early enough for an answer to be due."""
        return days.between(self.first_day, self.settled_day)

    def choose(self, units: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
        """Units (one row each, with `_person`) to strike: a share of them, no person twice or again."""
        drawn = units[rng.random(len(units)) < share]
        drawn = drawn[~drawn[PERSON_COLUMN].isin(self.struck)].drop_duplicates(PERSON_COLUMN)
        self.struck |= set(drawn[PERSON_COLUMN].tolist())
        return drawn

    def never_enter(self, feed: str, rows: pd.Index) -> None:
        """Rows of a feed that no delivery will hold."""
        self.feeds[feed].loc[rows, CREATED_COLUMN] = pd.NaT

    def note(self, kind: str, feed: str, rows: pd.Index, events: pd.Series, defendants: pd.Series) -> None:
        """Write rows of a feed into the truth; `events` and `defendants` by row number."""
        frame = self.feeds[feed].loc[rows]
        key = frame[list(KEYS[feed])].astype("str").agg("|".join, axis=1) if len(frame) else pd.Series(dtype="str")
        self.records.append(
            pd.DataFrame(
                {
                    "kind": kind,
                    "feed": feed,
                    "record_key": key,
                    "defendant_id": defendants.reindex(rows).astype("str"),
                    "true_person_id": frame[PERSON_COLUMN],
                    "event_date": pd.to_datetime(events.reindex(rows)),
                }
            )
        )


def with_disagreements(world: World, dirt: DirtParameters, seed: int) -> tuple[World, pd.DataFrame]:
    """The world with some records entered wrongly or never, and the truth about them.

    Args:
        world: from `simulate_world`; its truth stays what really happened.
        dirt: the shares; all zero leaves the world as it is.
        seed: each kind of disagreement draws from a stream of its own.

    Returns:
        The world, and one line per record: kind, feed, record_key, defendant_id (missing where the courts hold no
        proceeding), true_person_id, event_date (the day the disagreement is about).
    """
    feeds = {key: frame.copy() for key, frame in world.feeds.items()}
    system = _System(world, feeds, ProceedingFacts.of(world))
    for kind, strike in _KINDS.items():
        share = float(getattr(dirt, kind))
        if share > 0:
            strike(system, share, seeded(seed, "disagreements", kind))
    table = pd.concat(system.records, ignore_index=True) if system.records else pd.DataFrame(columns=list(COLUMNS))
    return replace(world, feeds=feeds), table


def _reception_missing(system: _System, share: float, rng: np.random.Generator) -> None:
    """A prison never enters a prisoner's only booking: neither the spells nor the sentences."""
    spells = system.feeds[SPELLS]
    first = spells.drop_duplicates("booking_number")
    plain = spells["legal_status"].isin([*REMAND, "SENTENCED"]).groupby(spells["booking_number"]).all()
    alone = ~first[PERSON_COLUMN].duplicated(keep=False)
    held = _days_held(spells)
    fits = alone & first["booking_number"].map(plain) & first[DEFENDANT_COLUMN].notna()
    fits &= first["entry_reason"].isin(["REMAND", "SENTENCE"]) & (first["booking_number"].map(held) > 3)
    fits &= system.in_window(first["status_from"])
    units = first[fits & system.facts.has_one_hearing(first[DEFENDANT_COLUMN], first["status_from"])]
    chosen = system.choose(units, share, rng).set_index("booking_number")
    rows = spells.index[spells["booking_number"].isin(chosen.index)]
    events = looked_up(spells["booking_number"], chosen["status_from"])
    system.note("reception_missing", SPELLS, rows, events, spells[DEFENDANT_COLUMN])
    system.never_enter(SPELLS, rows)
    sentences = system.feeds[SENTENCES]
    system.never_enter(SENTENCES, sentences.index[sentences["booking_number"].isin(chosen.index)])


def _days_held(spells: pd.DataFrame) -> pd.Series:
    """Days from a booking's first reception to the end of its first stay without a break, by booking number."""
    ends = spells["status_to"].fillna(pd.Timestamp("2200-01-01"))
    length = (ends - spells["status_from"]).dt.days
    return length.groupby(spells["booking_number"]).first()


def _release_missing(system: _System, share: float, rng: np.random.Generator) -> None:
    """A prison never enters that a remand prisoner was let go."""
    spells = system.feeds[SPELLS]
    last = spells.sort_values(["status_from", "spell_sequence"], kind="stable").drop_duplicates(
        PERSON_COLUMN, keep="last"
    )
    released = last["exit_reason"].isin(["BAIL", "ACQUITTED", "COURT_DISCHARGE"])
    fits = last["legal_status"].isin(REMAND) & released & last[DEFENDANT_COLUMN].notna()
    fits &= system.in_window(last["status_to"]) & (last["status_from"] < last["status_to"])
    one = system.facts.has_one_hearing(last[DEFENDANT_COLUMN], last["status_to"])
    units = last[fits & one & system.facts.is_let_go(last[DEFENDANT_COLUMN], last["status_to"])]
    chosen = system.choose(units.sort_index(), share, rng)
    system.note("release_missing", SPELLS, chosen.index, chosen["status_to"], chosen[DEFENDANT_COLUMN])
    spells.loc[chosen.index, "status_to"] = pd.NaT
    spells.loc[chosen.index, "exit_reason"] = None


def _leading_sentences(system: _System, sentence_types: tuple[str, ...]) -> pd.DataFrame:
    """Each defendant's first term, which carries the credit for remand."""
    sentences = system.feeds[SENTENCES]
    leading = sentences["remand_credit_days"].notna() & sentences[DEFENDANT_COLUMN].notna()
    leading &= sentences["sentence_type"].isin(sentence_types) & system.in_window(sentences["sentence_date"])
    leading &= ~sentences[DEFENDANT_COLUMN].isin(system.facts.appealed)
    return sentences[leading & sentences[CREATED_COLUMN].notna()]


def _sentence_length_wrong(system: _System, share: float, rng: np.random.Generator) -> None:
    """A prison enters a term one or two years too long."""
    chosen = system.choose(_leading_sentences(system, ("SDS", "EDS", "SOPC", "DTO")), share, rng)
    system.note("sentence_length_wrong", SENTENCES, chosen.index, chosen["sentence_date"], chosen[DEFENDANT_COLUMN])
    sentences = system.feeds[SENTENCES]
    sentences.loc[chosen.index, "length_years"] = chosen["length_years"] + rng.integers(1, 3, len(chosen))


def _sentence_type_wrong(system: _System, share: float, rng: np.random.Generator) -> None:
    """A prison enters a standard sentence as an extended one."""
    chosen = system.choose(_leading_sentences(system, ("SDS",)), share, rng)
    system.note("sentence_type_wrong", SENTENCES, chosen.index, chosen["sentence_date"], chosen[DEFENDANT_COLUMN])
    system.feeds[SENTENCES].loc[chosen.index, "sentence_type"] = "EDS"


def _sentence_missing(system: _System, share: float, rng: np.random.Generator) -> None:
    """A prison holds somebody as sentenced and never enters the sentence."""
    chosen = system.choose(_leading_sentences(system, ("SDS", "EDS", "SOPC", "DTO", "LIFE")), share, rng)
    sentences = system.feeds[SENTENCES]
    rows = sentences.index[sentences[DEFENDANT_COLUMN].isin(chosen[DEFENDANT_COLUMN])]
    system.note("sentence_missing", SENTENCES, rows, sentences["sentence_date"], sentences[DEFENDANT_COLUMN])
    system.never_enter(SENTENCES, rows)


def _status_wrong(system: _System, share: float, rng: np.random.Generator) -> None:
    """A prison enters people recalled, or in for a fine, as untried, when no case against them is live."""
    spells = system.feeds[SPELLS]
    returned = spells[spells["legal_status"].isin(["RECALL", "FINE_DEFAULTER"]) & spells[CREATED_COLUMN].notna()]
    stays = returned.drop_duplicates(["booking_number", "legal_status"])
    idle = system.facts.is_without_case(stays[PERSON_COLUMN], stays["status_from"])
    chosen = system.choose(stays[system.in_window(stays["status_from"]) & idle], share, rng)
    events = chosen.set_index("booking_number")["status_from"]
    rows = returned.index[returned["booking_number"].isin(events.index)]
    system.note("status_wrong", SPELLS, rows, looked_up(spells["booking_number"], events), spells[DEFENDANT_COLUMN])
    spells.loc[rows, "legal_status"] = "UNTRIED"


def _outcome_wrong(system: _System, share: float, rng: np.random.Generator) -> None:
    """The CPS finalises a case with the opposite outcome."""
    records = system.feeds[CPS]
    defendants = system.facts.defendant_of(records)
    fits = records["outcome"].isin([*CONVICTED, *NOT_CONVICTED]) & system.in_window(records["finalisation_date"])
    fits &= defendants.notna() & ~defendants.isin(system.facts.appealed)
    chosen = system.choose(records[fits], share, rng)
    system.note("outcome_wrong", CPS, chosen.index, chosen["finalisation_date"], defendants)
    opposite = np.where(chosen["outcome"].isin(CONVICTED), "ACQUITTED", "CONVICTED AFTER TRIAL")
    records.loc[chosen.index, "outcome"] = opposite


def _prosecution_missing(system: _System, share: float, rng: np.random.Generator) -> None:
    """The CPS never registers a case with a single defendant whom the police charged."""
    records = system.feeds[CPS]
    charged = system.facts.charged_on
    alone = ~records["ptiurn"].duplicated(keep=False)
    events = looked_up(records["ptiurn"], charged)
    chosen = system.choose(records[alone & system.in_window(events)], share, rng)
    system.note("prosecution_missing", CPS, chosen.index, events, system.facts.defendant_of(records))
    system.never_enter(CPS, chosen.index)


def _results_missing(system: _System, share: float, rng: np.random.Generator) -> None:
    """A court never shares what it decided at a hearing that ended nothing."""
    results = system.feeds[RESULTS]
    facts = system.facts
    defendants = looked_up(results["offence_id"], facts.offence_defendant)
    days = looked_up(results["hearing_id"], facts.hearing_day)
    unit = defendants.astype("str") + "|" + results["hearing_id"].astype("str")
    interim = (results["result_type"] == "I").fillna(False).groupby(unit).all()
    first = results.assign(unit=unit, defendant=defendants, day=days).drop_duplicates("unit")
    fits = first["unit"].map(interim) & system.in_window(first["day"]) & (first[PERSON_COLUMN] >= 0)
    fits &= ~first["defendant"].isin(facts.appealed)
    units = first[fits & facts.has_one_hearing(first["defendant"], first["day"])]
    chosen = system.choose(units, share, rng)
    rows = results.index[unit.isin(chosen["unit"])]
    system.note("results_missing", RESULTS, rows, days, defendants)
    system.never_enter(RESULTS, rows)


def _order_missing(system: _System, share: float, rng: np.random.Generator) -> None:
    """Probation never opens an order."""
    orders = system.feeds[ORDERS]
    fits = orders["order_type"].isin(COMMUNITY) & orders[DEFENDANT_COLUMN].notna()
    fits &= system.in_window(orders["start_date"]) & ~orders[DEFENDANT_COLUMN].isin(system.facts.appealed)
    chosen = system.choose(orders[fits & ~_has_order_nearby(orders)], share, rng)
    system.note("order_missing", ORDERS, chosen.index, chosen["start_date"], chosen[DEFENDANT_COLUMN])
    system.never_enter(ORDERS, chosen.index)


def _order_type_wrong(system: _System, share: float, rng: np.random.Generator) -> None:
    """Probation enters somebody's licence after prison as a community order."""
    orders = system.feeds[ORDERS]
    fits = (orders["order_type"] == "LICENCE") & system.in_window(orders["start_date"])
    fits &= ~orders[PERSON_COLUMN].isin(system.facts.appealed_persons)
    chosen = system.choose(orders[fits & ~_has_order_nearby(orders)], share, rng)
    system.note("order_type_wrong", ORDERS, chosen.index, chosen["start_date"], chosen[DEFENDANT_COLUMN])
    orders.loc[chosen.index, "order_type"] = "COMMUNITY_ORDER"


def _has_order_nearby(orders: pd.DataFrame) -> Bools:
    """Which orders' person has another community order or suspended sentence that began within four weeks."""
    made = orders.loc[~orders["order_type"].isin(["LICENCE", "POST_SENTENCE_SUPERVISION"])]
    pairs = orders.reset_index()[["index", PERSON_COLUMN, "start_date"]].merge(
        made.reset_index()[["index", PERSON_COLUMN, "start_date"]], on=PERSON_COLUMN, suffixes=("", "_other")
    )
    near = (pairs["start_date"] - pairs["start_date_other"]).abs() <= pd.Timedelta(days=28)
    return np.asarray(orders.index.isin(pairs.loc[near & (pairs["index"] != pairs["index_other"]), "index"]))


def _legal_aid_missing(system: _System, share: float, rng: np.random.Generator) -> None:
    """The Legal Aid Agency has nothing of an order under which somebody was represented in court."""
    records = system.feeds[LEGAL_AID]
    facts = system.facts
    events = looked_up(records[DEFENDANT_COLUMN], facts.first_represented)
    fits = (records["status_code"] == "GR") & ~records[PERSON_COLUMN].duplicated(keep=False)
    fits &= system.in_window(events) & (looked_up(records[DEFENDANT_COLUMN], facts.begun) >= system.first_day)
    chosen = system.choose(records[fits], share, rng)
    system.note("legal_aid_missing", LEGAL_AID, chosen.index, events, chosen[DEFENDANT_COLUMN])
    system.never_enter(LEGAL_AID, chosen.index)


def _legal_aid_without_case(system: _System, share: float, rng: np.random.Generator) -> None:
    """The Legal Aid Agency enters a refused application as granted, for no case, two months or more from any."""
    records = system.feeds[LEGAL_AID]
    facts = system.facts
    refused = records["status_code"].isin(REFUSED) & ~records["case_type"].isin(["APPEAL", "COMMITTAL"])
    before = looked_up(records[PERSON_COLUMN], facts.person_begun) - pd.Timedelta(days=60)
    fits = refused & system.in_window(before) & ~records[PERSON_COLUMN].duplicated(keep=False)
    fits &= ~records[DEFENDANT_COLUMN].isin(facts.first_represented.index)
    chosen = system.choose(records[fits], share, rng)
    day = before.loc[chosen.index]
    defendants = pd.Series(None, index=records.index, dtype="str")
    system.note("legal_aid_without_case", LEGAL_AID, chosen.index, day, defendants)
    for column in ("application_date", "status_date", "_first_status_date"):
        records.loc[chosen.index, column] = day
    records.loc[chosen.index, "status_code"] = "GR"
    for column in ("ptiurn", "asn"):
        records.loc[chosen.index, column] = None


def _reference_wrong(system: _System, share: float, rng: np.random.Generator) -> None:
    """The police charge somebody under a case reference that nobody has."""
    arrests = system.feeds[ARRESTS]
    charged = arrests[(arrests["disposal"] == "CHARGED") & arrests["ptiurn"].notna()]
    first = charged.drop_duplicates(["force_code", "custody_number"])
    days = first["disposal_at"].dt.normalize()
    chosen = system.choose(first[system.in_window(days)], share, rng)
    rows = charged.index[charged["custody_number"].isin(chosen["custody_number"])]
    system.note(
        "reference_wrong", ARRESTS, rows, arrests["disposal_at"].dt.normalize(), system.facts.defendant_of(arrests)
    )
    known = set(system.feeds["hmcts/cases"]["ptiurn"])
    arrests.loc[rows, "ptiurn"] = [_unused_reference(text, known) for text in arrests.loc[rows, "ptiurn"]]


def _unused_reference(reference: str, known: set[Any]) -> str:
    """The reference with the next serial number but 50,000 that no case has."""
    serial = int(reference[4:9])
    for step in range(50_000, 150_000):
        spelt = f"{reference[:4]}{(serial + step) % 100_000:05d}{reference[9:]}"
        if spelt not in known:
            return spelt
    raise RuntimeError(f"every serial number of {reference[:4]} in {reference[9:]} is taken; choose a smaller world.")


_KINDS: dict[str, Callable[[_System, float, np.random.Generator], None]] = {
    "reception_missing": _reception_missing,
    "release_missing": _release_missing,
    "sentence_missing": _sentence_missing,
    "sentence_length_wrong": _sentence_length_wrong,
    "sentence_type_wrong": _sentence_type_wrong,
    "status_wrong": _status_wrong,
    "outcome_wrong": _outcome_wrong,
    "prosecution_missing": _prosecution_missing,
    "order_missing": _order_missing,
    "order_type_wrong": _order_type_wrong,
    "legal_aid_missing": _legal_aid_missing,
    "legal_aid_without_case": _legal_aid_without_case,
    "reference_wrong": _reference_wrong,
    "results_missing": _results_missing,
}
"""Kind (a share of `DirtParameters`) -> what it does; rare kinds first, as nobody is struck twice."""
