"""The like-for-like comparison of courts: against numpy, and on courts whose true differences are known."""

from __future__ import annotations

import shutil
from contextlib import closing

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.settings import Settings
from tests.marts.truth_court_comparison import (
    ESTIMATES,
    KEY,
    MadeUpCourts,
    compare_courts,
    made_up_courts,
    read_comparison,
    read_sentences,
)
from tests.support import Warehouse
from tests.transform.dbt_runs import run_dbt

MODELS = ("int_sentencing_case_mix", "int_sentencing_expectations", "court_sentencing_comparison")
SIZES = [5] * 15 + [20] * 15 + [60] * 15 + [200] * 10 + [800] * 5
"""Cases of sixty made-up courts: most courts have few."""

ALIKE = made_up_courts(11, SIZES, 0.0, pd.Timestamp("2025-02-03"))
UNLIKE = made_up_courts(12, SIZES, 0.6, pd.Timestamp("2026-07-03"))
"""Courts that sentence alike, and courts whose custody rates really differ; of different regimes, so never compared."""


@pytest.fixture(scope="module")
def made_up(built: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The mart, built by dbt from the made-up courts."""
    folder = tmp_path_factory.mktemp("made_up_courts")
    settings = Settings.from_environment(data_dir=folder / "data", landing_dir=folder / "landing")
    settings.build_dir.mkdir(parents=True)
    shutil.copy(built.settings.build_database, settings.build_database)
    disposals = pd.concat([ALIKE.disposals, UNLIKE.disposals])  # noqa: F841 - read by name in the SQL below
    charges = pd.concat([ALIKE.charges, UNLIKE.charges])  # noqa: F841
    with closing(duckdb.connect(str(settings.build_database))) as connection:
        for table in ("disposals", "charges"):
            connection.execute(f"create or replace table conformed.{table} as select * from {table}")
    run_dbt(settings, "run", "--select", *MODELS, target_path=folder / "target")
    return read_comparison(settings.build_database)


def rates_of(comparison: pd.DataFrame, courts: MadeUpCourts) -> pd.DataFrame:
    """The rows on custody rates of these courts, by court, with `true_rate`."""
    [regime] = courts.disposals["regime"].unique()
    rows = comparison[
        (comparison["measure"] == "custody_rate")
        & (comparison["offence_group"] == "theft_offences")
        & (comparison["regime"] == regime)
    ]
    return rows.set_index("court_code").assign(true_rate=courts.true_rates)


def assert_same(ours: pd.DataFrame, expected: pd.DataFrame) -> None:
    both = [table.sort_values(KEY).reset_index(drop=True)[[*KEY, *ESTIMATES]] for table in (ours, expected)]
    pd.testing.assert_frame_equal(both[0][KEY], both[1][KEY], check_dtype=False)
    for column in ESTIMATES:
        left, right = (pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float) for table in both)
        assert np.allclose(left, right, atol=2e-6, equal_nan=True), column


def test_the_comparison_of_the_small_world_is_that_of_numpy(built: Warehouse) -> None:
    ours = read_comparison(built.settings.build_database)
    assert ours["adjusted"].notna().sum() > 50
    assert_same(ours, compare_courts(*read_sentences(built.settings.build_database)))


def test_the_comparison_of_made_up_courts_is_that_of_numpy(made_up: pd.DataFrame) -> None:
    expected = compare_courts(
        pd.concat([ALIKE.disposals, UNLIKE.disposals]), pd.concat([ALIKE.charges, UNLIKE.charges])
    )
    assert_same(made_up, expected)


def test_courts_that_sentence_alike_are_not_called_different(made_up: pd.DataFrame) -> None:
    alike = rates_of(made_up, ALIKE)
    observed = alike["observed"]
    assert observed.max() - observed.min() > 0.4, "no case mix or chance to see through"
    assert alike["is_different"].sum() <= 1
    assert (alike["adjusted"] - alike["national"]).abs().max() < 0.05


def test_a_court_with_few_cases_takes_the_national_value_and_one_with_many_keeps_its_own(made_up: pd.DataFrame) -> None:
    courts = rates_of(made_up, UNLIKE)
    few, many = courts[courts["n"] == 5], courts[courts["n"] == 800]
    assert few["own_weight"].mean() < 0.35
    assert few["own_weight"].max() < 0.5
    assert many["own_weight"].min() > 0.95
    moved = (many["adjusted"] - many["national"]) - (many["observed"] - many["expected"])
    assert moved.abs().max() < 0.01
    by_size = courts.groupby("n")["own_weight"].mean()
    assert by_size.is_monotonic_increasing


def test_real_differences_are_found_and_intervals_hold_the_truth(made_up: pd.DataFrame) -> None:
    courts = rates_of(made_up, UNLIKE)
    assert courts["true_rate"].between(courts["low"], courts["high"]).mean() >= 0.9
    differ = courts[courts["is_different"].astype(bool)]
    assert len(differ) >= 8
    right_way = np.sign(differ["adjusted"] - differ["national"]) == np.sign(differ["true_rate"] - differ["national"])
    assert right_way.all()
    error = (courts["adjusted"] - courts["true_rate"]).abs().mean()
    assert error < 0.6 * (courts["observed"] - courts["true_rate"]).abs().mean()


def test_expected_adds_up_to_observed_over_all_courts(built: Warehouse) -> None:
    unbalanced = built.build_query(
        """
        select quarter, regime, measure, court_type, offence_group
        from marts.court_sentencing_comparison
        group by quarter, regime, measure, court_type, offence_group
        having abs(sum(n * (observed - expected))) > 0.0001
        """
    )
    assert unbalanced == []


def test_simulated_courts_do_not_differ_and_hardly_any_is_called_different(built: Warehouse) -> None:
    """The simulation sentences by case, never by court: what differs between its courts is chance and case mix."""
    [(compared, different)] = built.build_query(
        """
        select count(is_different), count(case when is_different then 1 end) from marts.court_sentencing_comparison
        """
    )
    assert compared > 50
    assert different <= 0.01 * compared
