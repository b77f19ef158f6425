"""The small world's marts against what really happened in it, every agency's errors included."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.marts.comparisons import (
    Comparison,
    compare_remand_episodes,
    compare_sentences,
    mart_cells,
    our_sentences,
    sentencing_cells,
)
from tests.support import Warehouse, World


@pytest.fixture(scope="module")
def remand(built: Warehouse, world: World) -> Comparison:
    return compare_remand_episodes(built.settings.data_dir, world.truth_dir)


@pytest.fixture(scope="module")
def sentences(built: Warehouse, world: World) -> Comparison:
    return compare_sentences(built.settings.data_dir, world.truth_dir)


def test_remand_days_of_correctly_linked_proceedings_are_exact(remand: Comparison) -> None:
    assert remand.unexplained.empty, remand.unexplained.T.to_string()


def test_most_remand_episodes_are_free_of_faults(remand: Comparison) -> None:
    assert remand.compared >= 20
    assert remand.exact >= 0.85 * remand.compared, remand.explained


def test_sentences_of_fully_delivered_cases_are_exact(sentences: Comparison) -> None:
    assert sentences.unexplained.empty, sentences.unexplained.T.to_string()


def test_most_sentences_are_free_of_faults(sentences: Comparison) -> None:
    assert sentences.compared >= 300
    assert sentences.exact >= 0.95 * sentences.compared, sentences.explained


def test_the_mart_counts_exactly_the_sentenced_defendants(built: Warehouse) -> None:
    data_dir = built.settings.data_dir
    expected = sentencing_cells(our_sentences(data_dir)).astype(float)
    pd.testing.assert_frame_equal(mart_cells(data_dir).astype(float), expected, check_exact=False, atol=1e-4)


def test_no_search_is_lost_or_made_one_with_another(built: Warehouse) -> None:
    [(searches,)] = built.query("select sum(searches) from marts.stop_search")
    [(staged,)] = built.query(
        """
        select sum(rows_staged) from (
            select rows_staged, row_number() over (
                partition by force_slug, period_month order by extract_date desc, file_sequence desc, delivery_id desc
            ) as age
            from conformed.delivery_ledger where feed = 'stop_search' and verdict <> 'rejected'
        ) where age = 1
        """
    )
    assert searches == staged > 0


def test_every_row_received_is_accounted_for(built: Warehouse) -> None:
    assert built.query("select count(*) from marts.deliveries where not is_conserved") == [(0,)]
