"""Facts of the proceedings, read off the court feeds of a world before anybody's errors.

Belongs here: what `disagreements.py` must know of a proceeding to strike only records whose absence or error shows.
Does not belong here: choosing or changing records.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from orchestration.simulation.model import PERSON_COLUMN, World
from orchestration.simulation.sampling import Bools

_APPEALS = ("AAC", "AAS")
_FREED = ("A", "B", "U")
"""Bail status out of a hearing that ends the case, or bails without anything to be done first."""

_NEAR = pd.Timedelta(days=28)


def looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each key, by the keys' own index; missing where there is none, also where there are no values."""
    return pd.Series(values.reindex(keys.to_numpy()).to_numpy(), index=keys.index, dtype=values.dtype)


@dataclass(frozen=True)
class ProceedingFacts:
    """Facts by defendant, person, hearing or offence.

    Attributes:
        offence_defendant: defendant id by offence id.
        hearing_day: day by hearing id.
        appealed: ids of defendants with an appeal hearing, `appealed_persons` their persons.
        first_represented: first day with a representation order in court, by defendant id; single justice cases out.
        begun: day of charge by defendant id.
        person_begun: earliest charge of all cases by person.
        charged_on: day of the earliest charge by the police, by case reference.
    """

    offence_defendant: pd.Series[str]
    hearing_day: pd.Series[pd.Timestamp]
    appealed: frozenset[str]
    appealed_persons: frozenset[int]
    first_represented: pd.Series[pd.Timestamp]
    begun: pd.Series[pd.Timestamp]
    person_begun: pd.Series[pd.Timestamp]
    charged_on: pd.Series[pd.Timestamp]
    _days: pd.DataFrame
    _references: pd.Series[str]
    _cases: pd.DataFrame

    @classmethod
    def of(cls, world: World) -> ProceedingFacts:
        """Read the facts of a world."""
        feeds = world.feeds
        hearings = feeds["hmcts/hearings"].set_index("hearing_id")
        seen = feeds["hmcts/hearing_defendants"].join(hearings, on="hearing_id", rsuffix="_hearing")
        offences, defendants = feeds["hmcts/offences"], feeds["hmcts/defendants"]
        cases = feeds["hmcts/cases"].set_index("case_id")
        held = seen[seen["trial_outcome_class"].fillna("") != "VACATED"]
        appeal = seen[seen["hearing_type_code"].isin(_APPEALS)]
        of_case = defendants.join(cases, on="case_id", rsuffix="_case")
        papers = set(of_case.loc[of_case["initiation_code"] == "J", "defendant_id"])
        represented = seen[
            (seen["representation"] == "REPRESENTATION_ORDER").fillna(False) & ~seen["defendant_id"].isin(papers)
        ]
        begun = offences.groupby("defendant_id")["charge_date"].min()
        people = defendants.set_index("defendant_id")[PERSON_COLUMN]
        arrests = feeds["police/custody_records"]
        charged = arrests[(arrests["disposal"] == "CHARGED") & arrests["ptiurn"].notna()]
        keyed = of_case[PERSON_COLUMN].astype("str") + "|" + of_case["ptiurn"].astype("str")
        return cls(
            offence_defendant=offences.set_index("offence_id")["defendant_id"],
            hearing_day=hearings["hearing_date"],
            appealed=frozenset(appeal["defendant_id"]),
            appealed_persons=frozenset(appeal[PERSON_COLUMN].tolist()),
            first_represented=represented.groupby("defendant_id")["hearing_date"].min(),
            begun=begun,
            person_begun=begun.groupby(people.reindex(begun.index)).min(),
            charged_on=charged.groupby("ptiurn")["disposal_at"].min().dt.normalize(),
            _days=held.groupby(["defendant_id", "hearing_date"]).agg(
                hearings=("hearing_id", "size"), status=("bail_status", "first")
            ),
            _references=pd.Series(of_case["defendant_id"].to_numpy(), index=keyed).groupby(level=0).first(),
            _cases=of_case.assign(begun=of_case["defendant_id"].map(begun)),
        )

    def defendant_of(self, records: pd.DataFrame) -> pd.Series[str]:
        """The defendant id of records with a case reference and a person, missing where there is none."""
        keyed = records[PERSON_COLUMN].astype("str") + "|" + records["ptiurn"].astype("str")
        return looked_up(keyed, self._references)

    def has_one_hearing(self, defendants: pd.Series, days: pd.Series) -> Bools:
        """Where the defendant had exactly one hearing that day, vacated ones not counted."""
        return np.asarray(self._on(defendants, days)["hearings"].to_numpy() == 1)

    def is_let_go(self, defendants: pd.Series, days: pd.Series) -> Bools:
        """Where the hearing of that day ended the case or bailed the defendant with nothing to be done first."""
        return np.asarray(self._on(defendants, days)["status"].isin(_FREED))

    def is_without_case(self, persons: pd.Series, days: pd.Series) -> Bools:
        """Where no case against the person was live that day or began in four weeks; merged ones count as live."""
        asked = pd.DataFrame({"row": np.arange(len(persons)), "person": persons.to_numpy(), "day": days.to_numpy()})
        pairs = asked.merge(self._cases, left_on="person", right_on=PERSON_COLUMN)
        over = (
            pairs["closed_date"].notna() & (pairs["closed_date"] < pairs["day"]) & pairs["merged_into_case_id"].isna()
        )
        busy = ~over & ~(pairs["begun"] > pairs["day"] + _NEAR)
        return ~asked["row"].isin(pairs.loc[busy, "row"]).to_numpy()

    def _on(self, defendants: pd.Series, days: pd.Series) -> pd.DataFrame:
        index = pd.MultiIndex.from_arrays([defendants.to_numpy(dtype=object), days.to_numpy()])
        return self._days.reindex(index)
