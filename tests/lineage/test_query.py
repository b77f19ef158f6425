"""Column lineage of one query, on queries whose answer is plain to see."""

from __future__ import annotations

import pytest

from orchestration.lineage.query import ROWS, UnreadableSql, model_uses

COLUMNS = {
    "s.spells": ("booking", "status", "start_date", "end_date", "court_code"),
    "s.courts": ("court_code", "region"),
}


def uses(sql: str) -> tuple[dict[str, set[str]], set[str]]:
    """By output column, and for the rows: what is used, as `table.column`."""
    found = model_uses(sql, COLUMNS, "duckdb")

    def names(pairs: frozenset[tuple[str, str]]) -> set[str]:
        return {f"{table.removeprefix('s.')}.{column}" for table, column in pairs}

    return {column: names(pairs) for column, pairs in found.values.items()}, names(found.rows)


def test_a_value_comes_from_the_columns_of_its_expression() -> None:
    values, rows = uses("select booking, end_date - start_date as days from s.spells")
    assert values == {"booking": {"spells.booking"}, "days": {"spells.end_date", "spells.start_date"}}
    assert rows == {f"spells.{ROWS}"}


def test_a_filter_decides_the_rows_and_not_the_values() -> None:
    values, rows = uses("with s as (select * from s.spells) select booking from s where status = 'UNTRIED'")
    assert values == {"booking": {"spells.booking"}}
    assert rows == {f"spells.{ROWS}", "spells.status"}


def test_a_left_join_adds_columns_and_an_inner_join_decides_rows() -> None:
    joined = (
        "select spells.booking, courts.region from s.spells as spells {} join s.courts as courts using (court_code)"
    )
    values, rows = uses(joined.format("left"))
    assert values["region"] == {"courts.region", "courts.court_code", "spells.court_code", f"courts.{ROWS}"}
    assert values["booking"] == {"spells.booking"}
    assert rows == {f"spells.{ROWS}"}
    _, rows = uses(joined.format("inner"))
    assert rows == {f"spells.{ROWS}", f"courts.{ROWS}", "courts.court_code", "spells.court_code"}


def test_a_count_changes_with_the_rows_counted() -> None:
    values, rows = uses("select court_code, count(*) as n from s.spells where status = 'RECALL' group by court_code")
    assert values["court_code"] == {"spells.court_code"}
    assert values["n"] == rows == {f"spells.{ROWS}", "spells.status", "spells.court_code"}


def test_a_count_over_a_left_join_changes_with_what_is_joined() -> None:
    values, _ = uses(
        "select c.region, count(*) as n from s.courts as c left join s.spells as p on c.court_code = p.court_code "
        "group by c.region"
    )
    assert {f"spells.{ROWS}", "spells.court_code"} <= values["n"]
    assert values["region"] == {"courts.region"}


def test_a_unit_of_a_union_keeps_its_place() -> None:
    values, rows = uses("select booking as id from s.spells union all select region from s.courts")
    assert values == {"id": {"spells.booking", "courts.region"}}
    assert rows == {f"spells.{ROWS}", f"courts.{ROWS}"}


def test_a_subquery_in_a_filter_decides_rows() -> None:
    _, rows = uses(
        "select booking from s.spells as p where exists (select 1 from s.courts as c where c.court_code = p.court_code)"
    )
    assert {"courts.court_code", "spells.court_code", f"courts.{ROWS}"} <= rows


def test_a_column_that_is_dropped_on_the_way_is_not_used() -> None:
    values, rows = uses(
        "with a as (select booking, status, row_number() over (partition by booking order by start_date) as n "
        "from s.spells), b as (select booking, n from a) select booking from b where n = 1"
    )
    assert rows == {f"spells.{ROWS}", "spells.booking", "spells.start_date"}
    assert "spells.status" not in values["booking"] | rows


@pytest.mark.parametrize("sql", ["select nowhere.x from s.spells", "not a query at all ("])
def test_what_is_not_understood_is_said_to_be_so(sql: str) -> None:
    with pytest.raises(UnreadableSql):
        model_uses(sql, COLUMNS, "duckdb")
