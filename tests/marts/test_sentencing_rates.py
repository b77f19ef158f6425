"""Rates of sentences at each court against the counts they come from, in pandas.

Belongs here: `court_sentencing_rates` from `court_sentencing` and from each defendant's sentence, sharing no SQL with
the models. Does not belong here: whether those sentences are right (`test_marts_against_truth`).
"""

from __future__ import annotations

from contextlib import closing

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.marts.comparisons import our_sentences
from tests.support import Warehouse

RATES = {
    "custody": "immediate_custody",
    "suspended": "suspended_sentence",
    "community": "community_sentence",
    "fine": "fine",
}
"""rate -> what is counted for it."""

CELL = ["quarter", "court_code", "court_type", "offence_group"]

OF_ALL_COURTS = ["quarter", "court_type", "offence_group"]
"""A court is held against all of its own type."""

COUNTS = ["defendants_sentenced", *RATES.values(), "custody_length_months_total", "custody_length_n"]

NORMAL_QUANTILE = 1.959964
"""Of a normal variable 2.5% lie above it."""


def read(warehouse: Warehouse, table: str) -> pd.DataFrame:
    path = str(warehouse.settings.published_database.resolve())
    with closing(duckdb.connect(path, read_only=True)) as connection:
        return connection.execute(f"select * from marts.{table}").df()


@pytest.fixture(scope="module")
def rates(built: Warehouse) -> pd.DataFrame:
    return read(built, "court_sentencing_rates").set_index(CELL).sort_index()


@pytest.fixture(scope="module")
def counts(built: Warehouse) -> pd.DataFrame:
    """What `court_sentencing` counts, without the dimensions that the rates leave out."""
    return read(built, "court_sentencing").groupby(CELL)[COUNTS].sum().sort_index()


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The lowest and highest proportion from which the observed one is no further than z standard errors.

    Wilson's own definition (1927): p with trials x (observed - p)^2 = z^2 x p (1 - p), solved as the quadratic it is.
    """
    observed = successes / trials
    z2 = NORMAL_QUANTILE**2
    low, high = np.sort(np.roots([trials + z2, -(2 * trials * observed + z2), trials * observed**2]).real)
    return max(low, 0.0), min(high, 1.0)


def test_the_interval_is_the_textbook_one() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_rates_have_the_rows_of_the_counts(rates: pd.DataFrame, counts: pd.DataFrame) -> None:
    assert len(counts) >= 100
    pd.testing.assert_index_equal(rates.index, counts.index)
    for column in ("defendants_sentenced", "immediate_custody", "custody_length_n"):
        pd.testing.assert_series_equal(rates[column], counts[column], check_dtype=False)


@pytest.mark.parametrize("name", RATES)
def test_each_rate_is_its_share_of_the_defendants_sentenced(
    rates: pd.DataFrame, counts: pd.DataFrame, name: str
) -> None:
    assert counts[RATES[name]].sum() > 0
    expected = counts[RATES[name]] / counts["defendants_sentenced"]
    pd.testing.assert_series_equal(rates[f"{name}_rate"], expected, check_names=False)


@pytest.mark.parametrize("name", RATES)
def test_each_rate_carries_its_wilson_interval(rates: pd.DataFrame, counts: pd.DataFrame, name: str) -> None:
    pairs = zip(counts[RATES[name]], counts["defendants_sentenced"], strict=True)
    expected = pd.DataFrame(
        [wilson(successes, trials) for successes, trials in pairs],
        index=counts.index,
        columns=[f"{name}_rate_low", f"{name}_rate_high"],
    )
    pd.testing.assert_frame_equal(rates[expected.columns.to_list()], expected, check_exact=False, atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", RATES)
def test_courts_are_held_against_all_courts_of_their_type_of_the_quarter_and_offence(
    rates: pd.DataFrame, counts: pd.DataFrame, name: str
) -> None:
    nation = counts.groupby(OF_ALL_COURTS)[COUNTS].sum()
    expected = (nation[RATES[name]] / nation["defendants_sentenced"]).rename("expected")
    beside = rates.join(expected, on=OF_ALL_COURTS)
    pd.testing.assert_series_equal(beside[f"national_{name}_rate"], beside["expected"], check_names=False)
    defendants = rates.join(nation["defendants_sentenced"].rename("expected"), on=OF_ALL_COURTS)
    pd.testing.assert_series_equal(
        defendants["national_defendants_sentenced"], defendants["expected"], check_names=False, check_dtype=False
    )


def test_average_sentence_lengths_are_months_over_determinate_sentences(
    rates: pd.DataFrame, counts: pd.DataFrame
) -> None:
    """Life has no length and stays out of both; where nobody got a determinate sentence there is no average, not 0."""
    lengths = ["custody_length_months_total", "custody_length_n"]
    nation = counts.groupby(OF_ALL_COURTS)[lengths].sum()
    for column, table in (("acsl_months", counts), ("national_acsl_months", nation)):
        with_some = table[table["custody_length_n"] > 0]
        expected = (with_some["custody_length_months_total"] / with_some["custody_length_n"]).rename("expected")
        beside = rates.join(expected, on=expected.index.names)
        assert beside["expected"].notna().any() and beside["expected"].isna().any()
        pd.testing.assert_series_equal(beside[column], beside["expected"], check_names=False)


def test_average_sentence_lengths_carry_the_spread_of_the_sentences(built: Warehouse, rates: pd.DataFrame) -> None:
    """One sentence has no spread: an interval there would be false comfort."""
    sentences = our_sentences(built.settings.data_dir)
    sentences = sentences.assign(court_code=sentences["court_code"].fillna("unknown"))
    sentences = sentences.assign(offence_group=sentences["offence_group"].fillna("unknown"))
    sentences = sentences.assign(court_type=sentences["court_type"].fillna("unknown"))
    lengths = sentences.dropna(subset=["custody_months"]).groupby(CELL)["custody_months"]
    half_width = (NORMAL_QUANTILE * lengths.std() / np.sqrt(lengths.count())).dropna()
    low, high = (lengths.mean() - half_width).clip(lower=0), lengths.mean() + half_width
    for column, expected in (("acsl_months_low", low), ("acsl_months_high", high)):
        pd.testing.assert_series_equal(
            rates[column], expected.reindex(rates.index), check_names=False, check_exact=False, atol=1e-4, rtol=0
        )
