"""Bail decisions, grounds of refusal and bail spells of the small world against what the courts delivered."""

from __future__ import annotations

import pandas as pd

from tests.marts.truth_bail import compare_bail_decisions, compare_bail_spells, shares_of_refusals
from tests.support import Warehouse, World


def test_every_decision_and_every_ground_is_there_once(built: Warehouse, world: World) -> None:
    decisions = compare_bail_decisions(built.settings.data_dir, world.truth_dir)
    assert decisions.compared >= 300
    assert decisions.unexplained.empty, decisions.unexplained.to_string()


def test_bail_spells_are_exact_where_people_are_linked_right(built: Warehouse, world: World) -> None:
    spells = compare_bail_spells(built.settings.data_dir, world.truth_dir)
    assert spells.compared >= 100
    assert spells.unexplained.empty, spells.unexplained.to_string()
    assert spells.exact >= 0.98 * spells.compared, spells.explained


def test_shares_of_refusals_are_of_refusals_and_say_what_is_not_stated(built: Warehouse) -> None:
    ours = built.build_query(
        """
        select exception_code,
            sum(refusals_citing) / sum(sum(case when exception_code = 'NOT_STATED' then refusals end)) over ()
        from marts.bail_refusal_grounds where court_code = 'ALL' and jurisdiction = 'ALL' group by exception_code
        """
    )
    shares = pd.Series({code: float(share) for code, share in ours})
    expected = shares_of_refusals(built.settings.data_dir)
    pd.testing.assert_series_equal(shares.sort_index(), expected.sort_index(), check_names=False)
    assert shares["NOT_STATED"] > 0
    assert shares.drop("NOT_STATED").sum() > 1 - shares["NOT_STATED"], "no refusal cites two grounds"


def test_every_court_with_a_refusal_says_what_is_not_stated(built: Warehouse) -> None:
    [(cells, with_row)] = built.build_query(
        """
        select count(distinct (quarter, jurisdiction, court_code)),
            count(case when exception_code = 'NOT_STATED' then 1 end)
        from marts.bail_refusal_grounds
        """
    )
    assert cells == with_row > 0
