"""Remand outcomes of the small world against what really happened in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.marts.truth_remand_outcomes import (
    built_rows,
    compare_remand_outcomes,
    courts_that_remanded,
    suspended_terms,
)
from tests.support import Warehouse, World


@pytest.fixture(scope="module")
def outcomes(built: Warehouse) -> pd.DataFrame:
    table = built_rows(built.settings.data_dir, "select * from marts.remand_outcomes")
    return table[table["defendant_id"].notna()].set_index("defendant_id")


def test_every_remanded_defendant_has_the_outcome_that_really_came(built: Warehouse, world: World) -> None:
    comparison = compare_remand_outcomes(built.settings.data_dir, world.truth_dir)
    assert comparison.unexplained.empty, comparison.unexplained.T.to_string()
    assert comparison.compared >= 20
    assert comparison.exact >= 0.85 * comparison.compared, comparison.explained


def test_people_held_and_then_acquitted_are_there_with_their_days(outcomes: pd.DataFrame) -> None:
    acquitted = outcomes[outcomes["outcome"] == "acquitted"]
    assert len(acquitted) >= 1
    assert acquitted["days_net"].sum() > 0
    assert acquitted["is_without_immediate_custody"].all()


def test_everybody_the_courts_remanded_is_counted_once(built: Warehouse, outcomes: pd.DataFrame) -> None:
    """A defendant both courts remanded is one row, and nobody a court remanded is missing."""
    expected = courts_that_remanded(built.settings.data_dir, outcomes["data_as_of"].max())
    known = set(built_rows(built.settings.data_dir, "select defendant_id from conformed.defendants")["defendant_id"])
    expected = expected[expected.index.isin(known)]
    assert outcomes.index.is_unique
    recorded = outcomes.loc[outcomes["remanded_by"] != "not_recorded", "remanded_by"]
    pd.testing.assert_series_equal(recorded.sort_index(), expected.sort_index(), check_names=False, check_dtype=False)
    assert (expected == "both").any()


def share_served(data_dir: Path) -> pd.Series[float]:
    """What would have been served of a term: half for children, sexual offences and sentences before 10 September 2024,
    else 40% (SI 2024/844). Somebody of unknown age is taken for an adult."""
    table = built_rows(
        data_dir,
        "select defendant_id, principal_offence_group, sentence_date, date_of_birth from conformed.disposals "
        "inner join conformed.defendants using (defendant_id)",
    ).set_index("defendant_id")
    sentenced, born = pd.to_datetime(table["sentence_date"]), pd.to_datetime(table["date_of_birth"])
    is_child = born > sentenced - pd.DateOffset(years=18)
    is_half = is_child | (table["principal_offence_group"] == "sexual_offences") | (sentenced < "2024-09-10")
    return is_half.map({True: 0.5, False: 0.4})


def test_time_served_is_marked_only_on_suspended_sentences(built: Warehouse, outcomes: pd.DataFrame) -> None:
    suspended = outcomes[outcomes["outcome_detail"] == "suspended_sentence"]
    terms = suspended_terms(built.settings.data_dir).reindex(suspended.index)
    half = np.ceil((terms * share_served(built.settings.data_dir).reindex(suspended.index)).round(6))
    given = suspended["custodial_equivalent_days"].notna()
    assert given.any()
    assert (suspended.loc[given, "custodial_equivalent_days"] == half[given]).all()
    expected = (suspended["days_net"] >= half).fillna(False)
    assert (suspended["is_possibly_time_served"] == expected).all()
    assert not outcomes.loc[outcomes["outcome_detail"] != "suspended_sentence", "is_possibly_time_served"].any()
