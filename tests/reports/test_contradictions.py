"""Disagreements between agencies, counted for each of the two."""

from __future__ import annotations

import duckdb
import pytest

from orchestration.reports.owner.contradictions import Contradiction, contradictions


@pytest.fixture
def published() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema marts")
    return connection


def test_both_owners_are_told_of_a_disagreement_and_nobody_else(published: duckdb.DuckDBPyConnection) -> None:
    published.execute(
        """
        create table marts.cross_agency_contradictions as
        select * from (values
            ('custody_without_reception', 'hmcts', 'prison', date '2026-05-01'),
            ('custody_without_reception', 'hmcts', 'prison', date '2026-03-01'),
            ('outcome_differs', 'cps', 'hmcts', null)
        ) as found(rule, agency_a, agency_b, event_date)
        """
    )
    custody = ("custody_without_reception", 2, "2026-03-01", "2026-05-01")
    assert contradictions(published, "prison") == (Contradiction(custody[0], "hmcts", *custody[1:]),)
    assert contradictions(published, "hmcts") == (
        Contradiction(custody[0], "prison", *custody[1:]),
        Contradiction("outcome_differs", "cps", 1, None, None),
    )
    assert contradictions(published, "laa") == ()


def test_where_nobody_compares_nothing_is_claimed(published: duckdb.DuckDBPyConnection) -> None:
    assert contradictions(published, "hmcts") is None
