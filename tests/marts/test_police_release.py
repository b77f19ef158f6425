"""Releases before charge of the small world against every version of custody records the forces delivered."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.marts.truth_police_release import kaplan_meier_median, release_spells
from tests.support import Warehouse


@pytest.fixture(scope="module")
def spells(built: Warehouse) -> pd.DataFrame:
    return release_spells(built.settings.data_dir)


def test_spells_by_quarter_force_and_type_are_those_delivered(built: Warehouse, spells: pd.DataFrame) -> None:
    key = ["quarter", "force_code", "release_type"]
    grouped = spells.groupby(key)
    expected = pd.DataFrame(
        {"spells": grouped.size(), "still_released": grouped["end"].agg(lambda ends: ends.isna().sum())}
    )
    rows = built.build_query(
        f"""
        select {", ".join(key)}, spells, still_released from marts.pre_charge_bail
        where force_code <> 'ALL' and release_type <> 'all'
        """
    )
    ours = pd.DataFrame(rows, columns=[*key, "spells", "still_released"])
    ours = ours.assign(quarter=pd.to_datetime(ours["quarter"])).set_index(key).sort_index()
    pd.testing.assert_frame_equal(ours, expected.sort_index(), check_dtype=False, check_index_type=False)
    assert set(spells["release_type"]) == {"pre_charge_bail", "released_under_investigation", "not_recorded"}
    assert ours["still_released"].sum() > 0


def test_open_releases_are_censored_and_not_left_out(built: Warehouse, spells: pd.DataFrame) -> None:
    rows = built.build_query(
        "select quarter, release_type, median_days from marts.pre_charge_bail where force_code = 'ALL'"
    )
    assert len(rows) > 5
    for quarter, release_type, median in rows:
        cohort = spells[(spells["quarter"] == pd.Timestamp(quarter)) & (spells["days"] >= 0)]
        if release_type != "all":
            cohort = cohort[cohort["release_type"] == release_type]
        expected = kaplan_meier_median(cohort["days"], cohort["end"].notna())
        assert np.isclose(np.nan if median is None else median, expected, equal_nan=True), (quarter, release_type)
