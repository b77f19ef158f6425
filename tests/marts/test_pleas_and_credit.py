"""Guilty pleas and remand credit of the small world, against what was delivered and what really happened."""

from __future__ import annotations

import pandas as pd

from tests.marts.truth_credit import compare_sentence_credit
from tests.marts.truth_pleas import STAGES, cells_of, pleas_of_defendants
from tests.support import Warehouse, World


def test_guilty_pleas_are_those_the_courts_delivered(built: Warehouse) -> None:
    expected = cells_of(pleas_of_defendants(built.settings.data_dir))
    columns = list(expected.columns)
    rows = built.build_query(
        f"""
        select quarter, court_code, {", ".join(f"sum({column})" for column in columns)}
        from marts.guilty_pleas group by quarter, court_code having sum(defendants) > 0
        """
    )
    ours = pd.DataFrame(rows, columns=["quarter", "court_code", *columns])
    ours = ours.assign(quarter=pd.to_datetime(ours["quarter"])).set_index(["quarter", "court_code"]).sort_index()
    assert expected["guilty_plea"].sum() > 100
    assert (expected[[f"guilty_{stage}" for stage in STAGES[:-1]]].sum() > 0).sum() >= 4
    pd.testing.assert_frame_equal(ours.astype(int), expected.astype(int), check_dtype=False, check_index_type=False)


def test_remand_days_against_terms_are_exact_where_records_are_right(built: Warehouse, world: World) -> None:
    credit = compare_sentence_credit(built.settings.data_dir, world.truth_dir)
    assert credit.compared >= 50
    assert credit.unexplained.empty, credit.unexplained.T.to_string()
    assert credit.exact >= 0.9 * credit.compared, credit.explained


def test_the_prison_credits_the_days_that_were_spent_on_remand(built: Warehouse) -> None:
    [(recorded, agreeing)] = built.build_query(
        """
        select count(prison_credit_days), count(case when credit_less_days_on_remand = 0 then 1 end)
        from marts.sentence_credit
        """
    )
    assert recorded > 20
    assert agreeing >= 0.9 * recorded
