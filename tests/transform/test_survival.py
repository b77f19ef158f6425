"""Kaplan-Meier through the macros, as either engine compiles them: the worked example of the textbooks.

Remissions of children with acute leukaemia, in weeks: 21 were given 6-mercaptopurine, 21 a placebo. Data: Freireich et
al. (1963), Blood 21, 699-716, as printed by Gehan (1965), Biometrika 52, 203-223. Estimates: Kleinbaum and Klein,
Survival Analysis, chapter 2. Spark's SQL is run on DuckDB after translation, which needs neither Spark nor Java.
"""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
import sqlglot

from tests.transform.conftest import Compilation

pytestmark = [pytest.mark.xdist_group("dbt"), pytest.mark.dbt]

REMISSIONS = {
    "6-MP": "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+",
    "placebo": "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23",
}
"""Weeks by arm; a + says that the remission still lasted when the child was last seen."""

SHARES = {
    "6-MP": {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448},
    "placebo": {
        **{1: 0.905, 2: 0.810, 3: 0.762, 4: 0.667, 5: 0.571, 8: 0.381},
        **{11: 0.286, 12: 0.190, 15: 0.143, 17: 0.095, 22: 0.048, 23: 0.0},
    },
}
"""Share still in remission after each week in which a child relapsed."""

MEDIANS = {"6-MP": 23, "placebo": 8}

SHARES_AFTER = {
    "6-MP": {0: 1.0, 5: 1.0, 6: 0.857, 21: 0.627, 35: 0.448, 36: None},
    "placebo": {0: 1.0, 5: 0.571, 6: 0.571, 21: 0.095, 35: 0.0, 36: 0.0},
}
"""Before the first relapse, between two, as long as a child was followed, and longer: then nobody knows, unless none is
left."""

WEEKS = tuple(SHARES_AFTER["6-MP"])

ESTIMATE = f"""
with survival as ({{{{ justice.kaplan_meier('remissions', 'study, arm', 'weeks', 'not is_lasting') }}}}),

summary as (
    select
        study,
        arm,
        {", ".join(f"{{{{ justice.survival_after({week}) }}}} as after_{week}" for week in WEEKS)},
        {{{{ justice.days_until_survival(0.5) }}}} as median,
        {{{{ justice.days_until_survival(0.4) }}}} as when_four_tenths_are_left
    from survival
    group by study, arm
)

select survival.days, survival.observed, survival.survival, summary.*
from survival
inner join summary on survival.study = summary.study and survival.arm = summary.arm
"""

Row = dict[str, Any]


@pytest.fixture(scope="session", params=["on_duckdb", "spark"])
def estimates(request: pytest.FixtureRequest) -> dict[str, list[Row]]:
    """The rows of each arm, as one engine's SQL says."""
    compilation: Compilation = request.getfixturevalue(request.param)
    sql = compilation.inline(ESTIMATE)
    if request.param == "spark":
        sql = sqlglot.transpile(sql, read="spark", write="duckdb")[0]
    connection = duckdb.connect()
    connection.execute("create table remissions (study varchar, arm varchar, weeks integer, is_lasting boolean)")
    children = [
        ["ALL-B", arm, int(child.rstrip("+")), child.endswith("+")]
        for arm, remissions in REMISSIONS.items()
        for child in remissions.split()
    ]
    connection.executemany("insert into remissions values (?, ?, ?, ?)", children)
    found = connection.execute(sql)
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    return {arm: [row for row in rows if row["arm"] == arm] for arm in REMISSIONS}


@pytest.mark.parametrize("arm", REMISSIONS)
def test_the_share_in_remission_is_the_published_one(estimates: dict[str, list[Row]], arm: str) -> None:
    shares = {row["days"]: row["survival"] for row in estimates[arm]}
    assert {week: shares[week] for week in SHARES[arm]} == pytest.approx(SHARES[arm], abs=0.0005)


@pytest.mark.parametrize("arm", REMISSIONS)
def test_every_child_is_counted_and_nobody_leaves_where_nobody_relapsed(
    estimates: dict[str, list[Row]], arm: str
) -> None:
    rows = sorted(estimates[arm], key=lambda row: row["days"])
    assert sum(row["observed"] for row in rows) == 21
    shares = [1.0, *(row["survival"] for row in rows)]
    falls = [row["days"] for before, row in zip(shares, rows, strict=False) if row["survival"] < before]
    assert falls == list(SHARES[arm])


@pytest.mark.parametrize("arm", REMISSIONS)
def test_lengths_and_shares_are_read_off_the_curve(estimates: dict[str, list[Row]], arm: str) -> None:
    row = estimates[arm][0]
    assert row["median"] == MEDIANS[arm]
    assert row["when_four_tenths_are_left"] == {"6-MP": None, "placebo": 8}[arm]
    after = {week: row[f"after_{week}"] for week in WEEKS}
    assert after == pytest.approx(SHARES_AFTER[arm], abs=0.0005)
